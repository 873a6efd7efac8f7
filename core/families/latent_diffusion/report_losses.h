#pragma once
#include <memory>
#include <string>

#include "core/families/latent_diffusion/report_settings.h"
#include "core/nn/feature_network.h"
#include "core/run/events.h"

/// What the report system is trained on. Pictures are [batch, 1, 128, 128] in [0, 1]; losses are scalars.
namespace luthier::report {

/// The published "KL" of a deterministic latent: mean of (z^2 - 1 - ln(z^2 + 1e-8)) / 2. Its minimum is at |z| = 1, so it draws
/// values towards plus or minus one rather than towards a normal distribution; kept as published.
torch::Tensor latent_penalty(const torch::Tensor& latent);

/// The losses of both phases. The feature networks are shared with whoever trains or loads them; where a weight is 0 or a
/// loss is "none" its network is not asked.
class Losses {
 public:
  Losses(const ReportSettings& settings, std::shared_ptr<FeatureNetwork> perceptual, std::shared_ptr<FeatureNetwork> style);

  /// MSE + perceptual_weight * feature distance + kl_weight * latent_penalty. Appends its parts to `figures` (may be null).
  torch::Tensor compression(const torch::Tensor& picture, const torch::Tensor& reconstructed, const torch::Tensor& latent, Figures* figures);
  /// Feature distance of the reconstruction to the style. Gradients reach `reconstructed`; the style's side has none.
  torch::Tensor style(const torch::Tensor& reconstructed, const torch::Tensor& style);
  bool has_style() const { return style_ && settings_.style_weight > 0; }

 private:
  torch::Tensor distance(FeatureNetwork& network, const torch::Tensor& predicted, const torch::Tensor& wanted, bool gram);

  ReportSettings settings_;
  std::shared_ptr<FeatureNetwork> perceptual_, style_;
};

}  // namespace luthier::report
