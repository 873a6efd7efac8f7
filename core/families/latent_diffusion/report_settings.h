#pragma once
#include <cstdint>
#include <string>

#include "core/config/schema.h"

namespace luthier {

/// The settings of `system = report`: latent diffusion on 128 x 128 mel pictures as its authors built it. Initialisers are
/// the published choices; steps are theirs counted out (100 epochs of 1,920 pictures and 202 epochs of 12,000 pairs in
/// batches of 128). What was mended, and why, stands in this folder's README.
struct ReportSettings {
  // networks
  std::int64_t width = 64;           ///< channels of each network's first layer
  std::int64_t latent_channels = 32;
  // noise
  std::int64_t timesteps = 200;
  double beta_start = 1e-4, beta_end = 0.02;
  // training
  std::int64_t batch = 128;
  std::int64_t ae_steps = 1500, diffusion_steps = 18988;
  double ae_learning_rate = 5e-4, ae_weight_decay = 0.01, ae_minimum_rate = 1e-6;
  double diffusion_learning_rate = 5e-4;
  double plateau_factor = 0.5;
  std::int64_t ae_patience = 75, diffusion_patience = 940;
  std::string pairing = "random";
  bool train_decoder = true;
  // losses
  std::string perceptual_loss = "lpips", style_loss = "vggish", style_statistics = "maps";
  double compression_weight = 1.0, perceptual_weight = 0.1, kl_weight = 0.01, style_weight = 3.0;
  // feature networks
  std::string vggish_weights, alexnet_weights, lpips_weights;
  std::int64_t stand_in_steps = 300, stand_in_width = 64;

  template <class V>
  void describe(V& v) {
    v.group("Report: networks");
    v.number("report_width", width, 4, 256, "channels", "Channels of the first layer of every network of the report system; 64 as published.");
    v.number("latent_channels", latent_channels, 1, 256, "channels", "Channels of the 16 x 16 latent picture.");
    v.group("Report: noise");
    v.number("timesteps", timesteps, 2, 4000, "steps", "Noise levels of the forward diffusion.");
    v.number("beta_start", beta_start, 1e-6, 0.5, "", "Noise variance added by the first level; the levels between are linear.");
    v.number("beta_end", beta_end, 1e-6, 0.999, "", "Noise variance added by the last level.");
    v.group("Report: training");
    v.number("report_batch", batch, 2, 4096, "pictures", "Pictures (or pairs) in one step.");
    v.number("report_ae_steps", ae_steps, 1, 10000000, "steps", "Optimiser steps of the autoencoder.");
    v.number("diffusion_steps", diffusion_steps, 1, 10000000, "steps", "Optimiser steps of the diffusion.");
    v.number("ae_learning_rate", ae_learning_rate, 1e-7, 1, "", "Start rate of the autoencoder's AdamW.");
    v.number("ae_weight_decay", ae_weight_decay, 0, 1, "", "Weight decay of the autoencoder's AdamW.");
    v.number("ae_minimum_rate", ae_minimum_rate, 0, 1, "", "The autoencoder's rate is not halved below this.");
    v.number("diffusion_learning_rate", diffusion_learning_rate, 1e-7, 1, "", "Start rate of the diffusion's Adam.");
    v.number("plateau_factor", plateau_factor, 0.01, 0.99, "", "The rate is multiplied by this on a plateau of the validation figure.");
    v.number("ae_patience", ae_patience, 0, 10000000, "steps", "Steps without a new best until the autoencoder's rate is lowered.");
    v.number("diffusion_patience", diffusion_patience, 0, 10000000, "steps", "Steps without a new best until the diffusion's rate is lowered.");
    v.choice("report_pairing", pairing, {"random", "same_label"},
             "Style of a training example: the pair set's (or any clip of another label), as published, or another clip of the "
             "content's own label, so that the style says something about what is denoised.");
    v.toggle("train_decoder", train_decoder, "The decoder goes on training in the diffusion phase, as published.");
    v.group("Report: losses");
    v.choice("perceptual_loss", perceptual_loss, {"lpips", "vggish", "none"}, "Feature network of the compression loss.");
    v.choice("style_loss", style_loss, {"vggish", "lpips", "none"}, "Feature network that compares the decoded estimate with the style.");
    v.choice("style_statistics", style_statistics, {"maps", "gram"},
             "What of the style's features is compared: the maps place by place, as published, or their Gram matrices, which forget the notes.");
    v.number("compression_weight", compression_weight, 0, 1000, "", "Weight of the compression loss while the diffusion trains.");
    v.number("perceptual_weight", perceptual_weight, 0, 1000, "", "Weight of the perceptual part inside the compression loss.");
    v.number("kl_weight", kl_weight, 0, 1000, "", "Weight of the latent penalty inside the compression loss.");
    v.number("style_weight", style_weight, 0, 1000, "", "Weight of the style loss.");
    v.group("Report: feature networks");
    v.text("vggish_weights", vggish_weights, "VGGish weight file (.pth); empty: a stand-in is trained on the labels of the clips.");
    v.text("alexnet_weights", alexnet_weights, "AlexNet weight file (.pth) under LPIPS; empty: a stand-in is trained on the labels of the clips.");
    v.text("lpips_weights", lpips_weights, "LPIPS v0.1 alex.pth; empty: all channels count alike.");
    v.number("stand_in_steps", stand_in_steps, 1, 100000, "steps", "Optimiser steps for each stand-in feature network.");
    v.number("stand_in_width", stand_in_width, 4, 64, "channels", "Channels of a stand-in's first layer; 64 is the shape of the public networks.");
  }
};

/// What a report transfer can be asked for. The start level and the number of steps are separate.
struct ReportTransferSettings {
  std::int64_t steps = 50, seed = 1;
  double strength = 1.0, eta = 0.0;
  std::string branches;

  template <class V>
  void describe(V& v) {
    v.group("Transfer");
    v.number("steps", steps, 0, 4000, "steps", "DDIM steps between the start level and the clean picture; 0: 50.");
    v.number("strength", strength, 0, 1, "", "Noise level that denoising starts from: 0 leaves the content as it is, 1 starts at the last level.");
    v.number("seed", seed, 0, 2147483647, "", "Start of the noise.");
    v.number("eta", eta, 0, 1, "", "Fresh noise in each DDIM step; 0 is deterministic.");
    v.text("branches", branches, "Steps after which another seed or eta holds, as in '12 seed=7'; empty: none.");
  }
};

/// Overrides for a Family's presets; `system` is left to the family. All carry settings of the loop too.
Config report_preset();        ///< as published
Config report_quick_preset();  ///< about three minutes on two cores
Config report_tiny_preset();   ///< under a minute on two cores

}  // namespace luthier
