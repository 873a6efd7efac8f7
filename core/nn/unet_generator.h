#pragma once
#include <torch/nn/modules/container/sequential.h>

#include <vector>

#include "core/nn/patch_critic.h"

namespace luthier::nn {

/// The U-Net of Pix2Pix (Isola et al. 2017): every level halves bins and frames, kernel 4.
struct UnetGeneratorOptions {
  std::int64_t in = 1, out = 1;
  std::int64_t filters = 64;  ///< of the first level; doubled to 8 times as much
  std::int64_t depth = 7;     ///< halvings; bins and frames must be multiples of 2^depth
  double dropout = 0.5;       ///< in the first three levels of the way up
};

/// [batch, in, bin, frame] -> [batch, out, bin, frame] in [-1, 1]. At 128 x 256 seven halvings leave a map of 1 x 2, where the
/// reference's bottleneck (kernel 4, stride 2) has no output: ours is kernel 3, stride 1, joined with the deepest level first,
/// then depth - 1 levels up and the last. 48,378,049 values at the defaults. State: initial_down.0, downN.conv.M,
/// bottleneck.0, upN.conv.M, final_up.0.
class UnetGeneratorImpl : public torch::nn::Module {
 public:
  explicit UnetGeneratorImpl(const UnetGeneratorOptions& options);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  UnetGeneratorOptions options_;
  torch::nn::Sequential initial_down_, bottleneck_, final_up_;
  std::vector<ConvBlock> down_, up_;
};
TORCH_MODULE(UnetGenerator);

}  // namespace luthier::nn
