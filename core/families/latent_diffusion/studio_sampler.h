#pragma once
#include <functional>
#include <stop_token>

#include "core/families/latent_diffusion/studio_networks.h"
#include "core/run/rng.h"

namespace luthier::studio {

/// Everything that a transfer needs, on one device.
struct Networks {
  StudioSettings settings;
  Autoencoder autoencoder{nullptr};
  StyleEncoder style_encoder{nullptr};
  Denoiser denoiser{nullptr};
  torch::Device device = torch::kCPU;

  Networks(const StudioSettings& settings, torch::Device device);
  void eval();
};

/// step 1-based; estimate [batch, frame, latent], the clean latent as the network sees it at this step.
using LatentObserver = std::function<void(int step, int total, const torch::Tensor& estimate)>;

/// Samples the target latent for a content latent [batch, frame, latent] and a style. The first step starts at pure noise and
/// gives the expected target; further steps go down from `start_level` by DDIM (Song, Meng, Ermon 2021, eq. 12 with eta).
/// Regression returns after the first. Throws Cancelled between steps. No gradients.
torch::Tensor sample(Networks& networks, const torch::Tensor& content, const Style& style, const StudioTransferSettings& options,
                     Rng& rng, const LatentObserver& observer, std::stop_token stop);

}  // namespace luthier::studio
