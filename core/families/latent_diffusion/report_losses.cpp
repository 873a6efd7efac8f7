#include "core/families/latent_diffusion/report_losses.h"

#include <torch/torch.h>

#include <utility>

namespace luthier::report {

torch::Tensor latent_penalty(const torch::Tensor& latent) {
  const auto power = latent.square();
  return (0.5 * (power - 1 - (power + 1e-8).log())).mean();
}

Losses::Losses(const ReportSettings& settings, std::shared_ptr<FeatureNetwork> perceptual, std::shared_ptr<FeatureNetwork> style)
    : settings_(settings), perceptual_(std::move(perceptual)), style_(std::move(style)) {}

torch::Tensor Losses::distance(FeatureNetwork& network, const torch::Tensor& predicted, const torch::Tensor& wanted, bool gram) {
  std::vector<torch::Tensor> goal;
  {
    torch::NoGradGuard guard;  // this side only: with it around both the loss would teach nothing
    goal = network.maps(wanted);
  }
  const auto maps = network.maps(predicted);
  return gram ? gram_distance(maps, goal) : network.distance(maps, goal);
}

torch::Tensor Losses::compression(const torch::Tensor& picture, const torch::Tensor& reconstructed, const torch::Tensor& latent, Figures* figures) {
  const auto error = torch::mse_loss(reconstructed, picture);
  const auto penalty = latent_penalty(latent);
  auto loss = error + settings_.kl_weight * penalty;
  if (figures) figures->emplace_back("mse", error.item<double>());
  if (perceptual_ && settings_.perceptual_weight > 0) {
    const auto perceptual = distance(*perceptual_, reconstructed, picture, /*gram=*/false);
    loss = loss + settings_.perceptual_weight * perceptual;
    if (figures) figures->emplace_back("perceptual", perceptual.item<double>());
  }
  if (figures) figures->emplace_back("kl", penalty.item<double>());
  return loss;
}

torch::Tensor Losses::style(const torch::Tensor& reconstructed, const torch::Tensor& style) {
  return distance(*style_, reconstructed, style, settings_.style_statistics == "gram");
}

}  // namespace luthier::report
