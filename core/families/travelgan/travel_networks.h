#pragma once
#include <torch/nn/modules/container/sequential.h>

#include "core/nn/conv.h"

namespace luthier::travelgan {

/// The U-Net of pix2pix as TraVelGAN takes it: convolutions of kernel 4 and stride 2 without bias, LeakyReLU 0.2 before and
/// BatchNorm after (not at the outermost and innermost), ReLU, transposed convolutions, tanh; spectral normalisation of all.
/// [batch, 1, bin, frame] in [-1, 1] -> the same; bins and frames multiples of 2^levels. 16,652,929 values at 5 levels of 64.
/// State: model.model.0, model.model.1.model.1 …
struct GeneratorOptions {
  std::int64_t filters = 64, levels = 5;
  bool spectral = true;
};
class GeneratorImpl : public torch::nn::Module {
 public:
  explicit GeneratorImpl(const GeneratorOptions& options);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::AnyModule model_;
  std::int64_t unit_;
};
TORCH_MODULE(Generator);

/// Trunk of critic and siamese network: kernel 4, stride 2, then one convolution of kernel 4 without padding.
/// [batch, 1, bin, frame] -> [batch, out, patch, patch]; 128 x 128 gives 13 x 13. 661,313 values as critic (out 1, BatchNorm),
/// 4,753,448 as siamese network (out 1000, no norm). State: model.N.
struct TrunkOptions {
  std::int64_t filters = 64, layers = 2, out = 1;
  bool batch_norm = true, spectral = true;
};
class TrunkImpl : public torch::nn::Module {
 public:
  explicit TrunkImpl(const TrunkOptions& options);
  torch::Tensor forward(const torch::Tensor& x) { return model_->forward(x); }

 private:
  torch::nn::Sequential model_;
};
TORCH_MODULE(Trunk);

/// Transformation vectors between all pairs of a batch: embeddings [batch, latent, y, x] -> [pair, latent, y, x], i < j.
torch::Tensor travel_vectors(const torch::Tensor& embeddings);
/// TraVeL: mean (v - v')^2 - mean cos(v, v'), the angle over the latent axis at each place.
torch::Tensor travel_loss(const torch::Tensor& before, const torch::Tensor& after);
/// mean relu(margin - |v|), the length over the latent axis.
torch::Tensor margin_loss(const torch::Tensor& vectors, double margin);

}  // namespace luthier::travelgan
