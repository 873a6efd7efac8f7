#pragma once
#include <torch/nn/modules/container/sequential.h>

#include "core/nn/conv.h"

namespace luthier::nn {

/// PatchGAN (Isola et al. 2017): every score judges one patch. Kernel 4, reflection padding 1, LeakyReLU 0.2.
struct PatchCriticOptions {
  std::int64_t in = 1;       ///< channels; 2 where content and result are judged together
  std::int64_t filters = 64; ///< of the first layer; doubled to 8 times as much
  std::int64_t layers = 4;   ///< C64-C128-C256-C512: 4; all but the last halve the picture
  bool batch_norm = false;   ///< BatchNorm and no bias in the inner layers; else `instance_norm` decides
  bool instance_norm = true; ///< without affine values
  bool spectral = false;     ///< spectral normalisation of every convolution
};

/// [batch, in, bin, frame] -> [batch, 1, patch, patch] scores; 128 x 256 gives 14 x 30. State: initial.0, model.N.conv.M,
/// model.<last>, as in the reference implementations of CycleGAN and Pix2Pix that the system was built on.
class PatchCriticImpl : public torch::nn::Module {
 public:
  explicit PatchCriticImpl(const PatchCriticOptions& options);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Sequential initial_, model_;
};
TORCH_MODULE(PatchCritic);

/// A few layers in a row under the name "conv": convolution, norm, activation.
class ConvBlockImpl : public torch::nn::Module {
 public:
  explicit ConvBlockImpl(torch::nn::Sequential layers) : conv(register_module("conv", std::move(layers))) {}
  torch::Tensor forward(const torch::Tensor& x) { return conv->forward(x); }
  torch::nn::Sequential conv;
};
TORCH_MODULE(ConvBlock);

}  // namespace luthier::nn
