#pragma once
#include "core/families/adversarial.h"
#include "core/families/translation.h"

namespace luthier::cyclegan {

struct Settings {
  SpectrogramSettings sound;
  DomainSettings labels;
  std::int64_t grid = 1;
  // networks
  std::string generator = "resnet", critic = "instance";
  std::int64_t filters = 64, residual_blocks = 9, depth = 7, critic_filters = 64;
  bool spectral_critic = false, residual_output = false;
  // training
  double cycle = 10, identity = 5;
  std::int64_t pool = 0;
  AdversarialSettings training{"least_squares", 180000, 1, 2e-4, 2e-4, 0.5, 0.5, true};

  template <class V>
  void describe(V& v) {
    sound.describe(v);
    v.number("grid", grid, 1, 4096, "frames", "Crops start at multiples of this.");
    labels.describe(v);
    v.group("Networks");
    v.choice("generator", generator, {"resnet", "unet"}, "CycleGAN's residual generator, or Pix2Pix's U-Net.");
    v.number("filters", filters, 4, 256, "channels", "Width of the generator's first layer.");
    v.number("residual_blocks", residual_blocks, 1, 24, "blocks", "Residual blocks (generator = resnet).");
    v.number("depth", depth, 2, 9, "levels", "Halvings (generator = unet).");
    v.toggle("residual_output", residual_output, "The generator's output is added to its input.");
    v.choice("critic", critic, {"instance", "batch"}, "Norm of the patch critic: InstanceNorm (CycleGAN) or BatchNorm (Pix2Pix).");
    v.number("critic_filters", critic_filters, 4, 256, "channels", "Width of the critic's first layer.");
    v.toggle("spectral_critic", spectral_critic, "Spectral normalisation of the critic.");
    v.group("Training");
    v.number("cycle", cycle, 0, 1000, "", "Weight of the way there and back.");
    v.number("identity", identity, 0, 1000, "", "Weight of leaving what is in the domain already.");
    v.number("pool", pool, 0, 1000, "crops", "Earlier results shown to the critics; 0: none.");
    training.describe(v);
  }
};

}  // namespace luthier::cyclegan
