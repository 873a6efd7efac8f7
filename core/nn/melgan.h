#pragma once
#include <torch/nn/modules/container/sequential.h>

#include <vector>

#include "core/nn/conv.h"

namespace luthier::nn {

/// MelGAN's generator (Kumar et al. 2019): every convolution is weight-normalised.
struct MelGanGeneratorOptions {
  std::int64_t bands = 80;
  std::int64_t filters = 32;                      ///< of the last level; 2^levels times as much at the start
  std::vector<std::int64_t> ratios = {8, 8, 2, 2};  ///< their product is the hop
  std::int64_t residual_layers = 3;               ///< dilations 1, 3, 9 …
};

/// [batch, band, frame] log10 mel -> [batch, 1, frame * hop] in [-1, 1]. 4,266,050 values at 80 bands, 4,438,082 at 128.
/// State: model.N.{bias, weight_g, weight_v}, model.N.block.2 …, model.N.shortcut …, as the published weights.
class MelGanGeneratorImpl : public torch::nn::Module {
 public:
  explicit MelGanGeneratorImpl(const MelGanGeneratorOptions& options);
  torch::Tensor forward(const torch::Tensor& mel) { return model_->forward(mel); }
  std::int64_t hop() const { return hop_; }

 private:
  torch::nn::Sequential model_;
  std::int64_t hop_ = 1;
};
TORCH_MODULE(MelGanGenerator);

struct MelGanCriticOptions {
  std::int64_t filters = 16, layers = 4, stride = 4, scales = 3;
};

/// MelGAN's critics at the full rate, a half, a quarter … [batch, 1, sample] -> for each scale the outputs of its layers
/// [batch, channel, place], the last being the scores. 16,924,086 values. State: model.disc_K.model.layer_N …
class MelGanCriticImpl : public torch::nn::Module {
 public:
  explicit MelGanCriticImpl(const MelGanCriticOptions& options);
  std::vector<std::vector<torch::Tensor>> forward(torch::Tensor samples);
  /// Scale 0 only.
  std::vector<torch::Tensor> first_scale(const torch::Tensor& samples);

 private:
  std::vector<std::vector<torch::nn::Sequential>> layers_;
};
TORCH_MODULE(MelGanCritic);

}  // namespace luthier::nn
