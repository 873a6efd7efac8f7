#pragma once
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/config/branches.h"
#include "core/families/latent_diffusion/studio_colour.h"
#include "core/families/latent_diffusion/studio_networks.h"
#include "core/run/rng.h"

namespace luthier::studio {

/// Everything that a transfer needs, on one device.
struct Networks {
  StudioSettings settings;
  Autoencoder autoencoder{nullptr};
  StyleEncoder style_encoder{nullptr};
  Denoiser denoiser{nullptr};
  Refiner refiner{nullptr};    ///< empty without refine_blocks
  Finisher finisher{nullptr};  ///< empty without finish_blocks
  StyleMemory style_memory{nullptr};
  torch::Device device = torch::kCPU;

  Networks(const StudioSettings& settings, torch::Device device);
  void eval();
  /// What the denoiser takes as content: latents of features [batch, frame, band], followed by those of `rung` where the settings ask
  /// for a memory -> [batch, ceil(frame / patch), latent or 3 * latent].
  torch::Tensor encoded(const torch::Tensor& features, const torch::Tensor& rung);
  torch::Tensor encoded(const torch::Tensor& features) { return encoded(features, rung(features)); }
  /// Features [batch, frame, band] as they would ring on, slowly and quickly falling: [batch, frame, 2 * band].
  torch::Tensor ringing(const torch::Tensor& features) const;
  /// The content's ringing; undefined without a memory.
  torch::Tensor rung(const torch::Tensor& features) const { return settings.content_memory ? ringing(features) : torch::Tensor(); }
  /// What a latent estimate stands for: decoded, then refined beside the content's features [batch, frame, band] -> the same shape.
  torch::Tensor rendered(const torch::Tensor& latent, const torch::Tensor& content, const Style& style);
  /// A rendered estimate of a whole sound with its notes ringing on, in stretches, so that memory stays bounded. Throws Cancelled between them.
  torch::Tensor finished(const torch::Tensor& rendered, const torch::Tensor& content, const Style& style, std::stop_token stop = {});
};

/// One latent's way from pure noise to the target, a step at a time. The first step starts at pure noise and gives the
/// expected target; further steps go down from `start_level` by DDIM (Song, Meng, Ermon 2021, eq. 12 with eta). At a branch
/// with another seed or temperature the noise of the next level is drawn anew. Regression has one step. No gradients.
class LatentSampler {
 public:
  /// content: of Networks::encoded. `networks` and `rng` are borrowed; `stream` sets the noise of a branch apart from that
  /// of other latents with the same seed. Throws ConfigError for branches that cannot be.
  LatentSampler(Networks& networks, torch::Tensor content, Style style, const StudioTransferSettings& options, Rng& rng, std::uint64_t stream = 0);
  int total() const { return total_; }
  /// The clean estimate after one more step, [batch, frame, latent]; called total() times.
  torch::Tensor step();

 private:
  void descend();
  void branch(const Branch& at);
  torch::Tensor fresh_noise();
  std::vector<std::int64_t> shape() const { return {content_.size(0), content_.size(1), networks_.settings.latent}; }

  Networks& networks_;
  torch::Tensor content_;
  Style style_;
  StudioTransferSettings options_;
  std::vector<Branch> branches_;
  Rng* rng_;
  std::optional<Rng> own_rng_;  ///< after a branch with another seed
  std::uint64_t stream_;
  int total_, done_ = 0;
  torch::Tensor z_, noise_, estimate_;
};

/// step 1-based; estimate [batch, frame, latent], the clean latent as the network sees it at this step.
using LatentObserver = std::function<void(int step, int total, const torch::Tensor& estimate)>;

/// All steps of a LatentSampler. Throws Cancelled between steps.
torch::Tensor sample(Networks& networks, const torch::Tensor& content, const Style& style, const StudioTransferSettings& options,
                     Rng& rng, const LatentObserver& observer, std::stop_token stop);

}  // namespace luthier::studio
