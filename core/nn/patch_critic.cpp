#include "core/nn/patch_critic.h"

#include <torch/torch.h>

#include <algorithm>

namespace luthier::nn {
namespace {

Conv layer(const PatchCriticOptions& o, std::int64_t in, std::int64_t out, std::int64_t stride, bool bias) {
  ConvOptions conv;
  conv.in = in, conv.out = out, conv.kernel = 4, conv.stride = stride, conv.padding = 1, conv.bias = bias, conv.reflect = true;
  if (o.spectral) conv.kind = Reparametrisation::spectral;
  return Conv(conv);
}

torch::nn::LeakyReLU leaky() { return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.2)); }

}  // namespace

PatchCriticImpl::PatchCriticImpl(const PatchCriticOptions& o) {
  initial_ = register_module("initial", torch::nn::Sequential(layer(o, o.in, o.filters, 2, true), leaky()));
  model_ = torch::nn::Sequential();
  std::int64_t width = o.filters;
  for (std::int64_t i = 1; i < o.layers; ++i) {
    const std::int64_t next = std::min(width * 2, o.filters * 8);
    torch::nn::Sequential block(layer(o, width, next, i + 1 == o.layers ? 1 : 2, !o.batch_norm));
    if (o.batch_norm) block->push_back(torch::nn::BatchNorm2d(next));
    else if (o.instance_norm) block->push_back(torch::nn::InstanceNorm2d(next));
    block->push_back(leaky());
    model_->push_back(ConvBlock(block));
    width = next;
  }
  model_->push_back(layer(o, width, 1, 1, true));
  register_module("model", model_);
}

torch::Tensor PatchCriticImpl::forward(const torch::Tensor& x) { return model_->forward(initial_->forward(x)); }

}  // namespace luthier::nn
