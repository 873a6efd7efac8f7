#include "core/families/cyclegan/resnet_generator.h"

#include <torch/torch.h>

#include "core/nn/patch_critic.h"

namespace luthier::cyclegan {
namespace {

nn::Conv conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  nn::ConvOptions o;
  o.in = in, o.out = out, o.kernel = kernel, o.stride = stride, o.padding = padding, o.reflect = true;
  return nn::Conv(o);
}

nn::Conv doubling(std::int64_t in, std::int64_t out) {
  nn::ConvOptions o;
  o.in = in, o.out = out, o.kernel = 3, o.stride = 2, o.padding = 1, o.output_padding = 1, o.transposed = true;
  return nn::Conv(o);
}

nn::ConvBlock block(nn::Conv convolution, std::int64_t width, bool active = true) {
  torch::nn::Sequential layers(std::move(convolution), torch::nn::InstanceNorm2d(width));
  if (active) layers->push_back(torch::nn::ReLU());
  return nn::ConvBlock(layers);
}

/// x + two convolutions of x.
class ResidualBlockImpl : public torch::nn::Module {
 public:
  explicit ResidualBlockImpl(std::int64_t width) {
    block_ = register_module("block", torch::nn::Sequential(block(conv(width, width, 3, 1, 1), width),
                                                            block(conv(width, width, 3, 1, 1), width, false)));
  }
  torch::Tensor forward(const torch::Tensor& x) { return x + block_->forward(x); }

 private:
  torch::nn::Sequential block_;
};
TORCH_MODULE(ResidualBlock);

}  // namespace

ResnetGeneratorImpl::ResnetGeneratorImpl(const ResnetGeneratorOptions& o) {
  const std::int64_t f = o.filters;
  initial_ = register_module("initial", torch::nn::Sequential(conv(1, f, 7, 1, 3), torch::nn::InstanceNorm2d(f), torch::nn::ReLU()));
  down_blocks_ = register_module("down_blocks", torch::nn::Sequential(block(conv(f, 2 * f, 3, 2, 1), 2 * f), block(conv(2 * f, 4 * f, 3, 2, 1), 4 * f)));
  res_blocks_ = torch::nn::Sequential();
  for (std::int64_t i = 0; i < o.residual_blocks; ++i) res_blocks_->push_back(ResidualBlock(4 * f));
  register_module("res_blocks", res_blocks_);
  up_blocks_ = register_module("up_blocks", torch::nn::Sequential(block(doubling(4 * f, 2 * f), 2 * f), block(doubling(2 * f, f), f)));
  last_ = register_module("last", conv(f, 1, 7, 1, 3));
}

torch::Tensor ResnetGeneratorImpl::forward(const torch::Tensor& x) {
  return torch::tanh(last_->forward(up_blocks_->forward(res_blocks_->forward(down_blocks_->forward(initial_->forward(x))))));
}

}  // namespace luthier::cyclegan
