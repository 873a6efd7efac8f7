#pragma once
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
  std::string game = "least_squares";
  double cycle = 10, identity = 5;
  std::int64_t steps = 180000, batch = 1, pool = 0;
  double learning_rate = 2e-4, critic_rate = 2e-4, beta1 = 0.5, hold = 0.5;
  bool mixed_precision = true;

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
    v.choice("game", game, {"least_squares", "hinge", "cross_entropy"}, "Adversarial loss.");
    v.number("cycle", cycle, 0, 1000, "", "Weight of the way there and back.");
    v.number("identity", identity, 0, 1000, "", "Weight of leaving what is in the domain already.");
    v.number("steps", steps, 1, 10000000, "steps", "Steps; each trains the critics, then the generators.");
    v.number("batch", batch, 1, 1024, "crops", "Crops of each domain in one step.");
    v.number("pool", pool, 0, 1000, "crops", "Earlier results shown to the critics; 0: none.");
    v.number("learning_rate", learning_rate, 1e-7, 1, "", "Step size of the generators.");
    v.number("critic_rate", critic_rate, 1e-7, 1, "", "Step size of the critics.");
    v.number("beta1", beta1, 0, 0.999, "", "Adam's memory of the gradient.");
    v.number("hold", hold, 0, 1, "", "Share of the steps before the step size falls linearly to 0.");
    v.toggle("mixed_precision", mixed_precision, "bfloat16 arithmetic on a CUDA device.");
  }
};

}  // namespace luthier::cyclegan
