#include "core/nn/unet_generator.h"

#include <torch/torch.h>

#include <algorithm>

#include "core/config/schema.h"

namespace luthier::nn {
namespace {

Conv halving(std::int64_t in, std::int64_t out, bool bias) {
  ConvOptions o;
  o.in = in, o.out = out, o.kernel = 4, o.stride = 2, o.padding = 1, o.bias = bias, o.reflect = true;
  return Conv(o);
}

Conv doubling(std::int64_t in, std::int64_t out, bool bias) {
  ConvOptions o;
  o.in = in, o.out = out, o.kernel = 4, o.stride = 2, o.padding = 1, o.bias = bias, o.transposed = true;
  return Conv(o);
}

torch::nn::LeakyReLU leaky() { return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.2)); }

}  // namespace

UnetGeneratorImpl::UnetGeneratorImpl(const UnetGeneratorOptions& options) : options_(options) {
  const auto width = [&](std::int64_t level) { return std::min<std::int64_t>(options.filters << level, options.filters * 8); };
  initial_down_ = register_module("initial_down", torch::nn::Sequential(halving(options.in, options.filters, true), leaky()));
  for (std::int64_t i = 1; i < options.depth; ++i) {
    torch::nn::Sequential block(halving(width(i - 1), width(i), false), torch::nn::BatchNorm2d(width(i)), leaky());
    down_.push_back(register_module("down" + std::to_string(i), ConvBlock(block)));
  }
  const std::int64_t deepest = width(options.depth - 1);
  ConvOptions middle;
  middle.in = deepest, middle.out = deepest, middle.kernel = 3, middle.padding = 1;
  bottleneck_ = register_module("bottleneck", torch::nn::Sequential(Conv(middle), torch::nn::ReLU()));
  std::int64_t from = deepest;
  for (std::int64_t i = options.depth - 1; i >= 1; --i) {
    const std::int64_t to = width(i - 1);
    torch::nn::Sequential block(doubling(from + width(i), to, false), torch::nn::BatchNorm2d(to), torch::nn::ReLU());
    up_.push_back(register_module("up" + std::to_string(options.depth - i), ConvBlock(block)));
    from = to;
  }
  final_up_ = register_module("final_up", torch::nn::Sequential(doubling(from + options.filters, options.out, true), torch::nn::Tanh()));
}

torch::Tensor UnetGeneratorImpl::forward(const torch::Tensor& x) {
  const std::int64_t unit = std::int64_t{1} << options_.depth;
  if (x.size(2) % unit != 0 || x.size(3) % unit != 0)
    throw ConfigError("A U-Net of depth " + std::to_string(options_.depth) + " needs bands and frames that are multiples of " +
                      std::to_string(unit) + ", not " + std::to_string(x.size(2)) + " x " + std::to_string(x.size(3)) +
                      "; change bands, frames or depth.");
  std::vector<torch::Tensor> levels = {initial_down_->forward(x)};
  for (auto& block : down_) levels.push_back(block->forward(levels.back()));
  auto y = bottleneck_->forward(levels.back());
  for (std::size_t i = 0; i < up_.size(); ++i) {
    y = up_[i]->forward(torch::cat({y, levels[levels.size() - 1 - i]}, 1));
    if (i < 3 && options_.dropout > 0) y = torch::dropout(y, options_.dropout, is_training());
  }
  return final_up_->forward(torch::cat({y, levels.front()}, 1));
}

}  // namespace luthier::nn
