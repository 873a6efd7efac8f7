#pragma once
#include <torch/nn/modules/container/sequential.h>

#include "core/nn/conv.h"

namespace luthier::cyclegan {

struct ResnetGeneratorOptions {
  std::int64_t filters = 64;         ///< of the first and last layer; 4 times as much in the middle
  std::int64_t residual_blocks = 9;
};

/// c7s1-64, d128, d256, R256 x 9, u128, u64, c7s1-1 (Johnson et al. 2016; Zhu et al. 2017): reflection padding, InstanceNorm
/// without affine values, ReLU, tanh. [batch, 1, bin, frame] -> the same, bins and frames multiples of 4. 11,365,633 values.
/// State: initial.0, down_blocks.N.conv.0, res_blocks.N.block.M.conv.0, up_blocks.N.conv.0, last.
class ResnetGeneratorImpl : public torch::nn::Module {
 public:
  explicit ResnetGeneratorImpl(const ResnetGeneratorOptions& options);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Sequential initial_, down_blocks_, res_blocks_, up_blocks_;
  nn::Conv last_ = nullptr;
};
TORCH_MODULE(ResnetGenerator);

}  // namespace luthier::cyclegan
