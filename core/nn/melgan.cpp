#include "core/nn/melgan.h"

#include <torch/torch.h>

#include <algorithm>

namespace luthier::nn {
namespace {

struct Shape {
  std::int64_t in = 1, out = 1, kernel = 1, stride = 1, padding = 0, dilation = 1, groups = 1;
};

Conv conv(const Shape& s) {
  ConvOptions o;
  o.axes = 1, o.in = s.in, o.out = s.out, o.kernel = s.kernel, o.stride = s.stride, o.padding = s.padding;
  o.dilation = s.dilation, o.groups = s.groups, o.kind = Reparametrisation::weight;
  return Conv(o);
}

Conv upsampling(std::int64_t in, std::int64_t out, std::int64_t ratio) {
  ConvOptions o;
  o.axes = 1, o.in = in, o.out = out, o.kernel = 2 * ratio, o.stride = ratio, o.padding = ratio / 2 + ratio % 2;
  o.output_padding = ratio % 2, o.transposed = true, o.kind = Reparametrisation::weight;
  return Conv(o);
}

torch::nn::LeakyReLU leaky() { return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.2)); }
torch::nn::ReflectionPad1d mirror(std::int64_t size) { return torch::nn::ReflectionPad1d(size); }

/// A dilated convolution and one of kernel 1 beside a learned shortcut.
class ResidualImpl : public torch::nn::Module {
 public:
  ResidualImpl(std::int64_t width, std::int64_t dilation) {
    block_ = register_module("block", torch::nn::Sequential(leaky(), mirror(dilation), conv({width, width, 3, 1, 0, dilation}), leaky(),
                                                            conv({width, width, 1})));
    shortcut_ = register_module("shortcut", conv({width, width, 1}));
  }
  torch::Tensor forward(const torch::Tensor& x) { return shortcut_->forward(x) + block_->forward(x); }

 private:
  torch::nn::Sequential block_;
  Conv shortcut_ = nullptr;
};
TORCH_MODULE(Residual);

}  // namespace

MelGanGeneratorImpl::MelGanGeneratorImpl(const MelGanGeneratorOptions& o) {
  std::int64_t width = o.filters << o.ratios.size();
  model_ = torch::nn::Sequential(mirror(3), conv({o.bands, width, 7}));
  for (const auto ratio : o.ratios) {
    hop_ *= ratio;
    model_->push_back(leaky());
    model_->push_back(upsampling(width, width / 2, ratio));
    width /= 2;
    for (std::int64_t i = 0, dilation = 1; i < o.residual_layers; ++i, dilation *= 3) model_->push_back(Residual(width, dilation));
  }
  model_->push_back(leaky());
  model_->push_back(mirror(3));
  model_->push_back(conv({width, 1, 7}));
  model_->push_back(torch::nn::Tanh());
  register_module("model", model_);
}

namespace {
/// A bare holder of named children, so that state names nest as the original's dictionaries do.
class GroupImpl : public torch::nn::Module {
 public:
  void add(const std::string& name, std::shared_ptr<torch::nn::Module> child) { register_module(name, std::move(child)); }
};
TORCH_MODULE(Group);
}  // namespace

MelGanCriticImpl::MelGanCriticImpl(const MelGanCriticOptions& o) {
  Group scales;
  for (std::int64_t scale = 0; scale < o.scales; ++scale) {
    Group layers, disc;
    std::vector<torch::nn::Sequential> list = {torch::nn::Sequential(mirror(7), conv({1, o.filters, 15}), leaky())};
    std::int64_t width = o.filters;
    const std::int64_t widest = o.filters * 64;
    for (std::int64_t i = 0; i < o.layers; ++i) {
      const auto next = std::min(width * o.stride, widest);
      list.push_back(torch::nn::Sequential(conv({width, next, o.stride * 10 + 1, o.stride, o.stride * 5, 1, width / 4}), leaky()));
      width = next;
    }
    const auto last = std::min(width * 2, widest);
    list.push_back(torch::nn::Sequential(conv({width, last, 5, 1, 2}), leaky()));
    for (std::size_t i = 0; i < list.size(); ++i) layers->add("layer_" + std::to_string(i), list[i].ptr());
    const auto scores = conv({last, 1, 3, 1, 1});
    list.push_back(torch::nn::Sequential(scores));  // registered by itself: the original has no container around it
    layers->add("layer_" + std::to_string(list.size() - 1), scores.ptr());
    disc->add("model", layers.ptr());
    scales->add("disc_" + std::to_string(scale), disc.ptr());
    layers_.push_back(std::move(list));
  }
  register_module("model", scales);
}

std::vector<torch::Tensor> MelGanCriticImpl::first_scale(const torch::Tensor& samples) {
  std::vector<torch::Tensor> maps;
  auto x = samples;
  for (auto& layer : layers_.front()) maps.push_back(x = layer->forward(x));
  return maps;
}

std::vector<std::vector<torch::Tensor>> MelGanCriticImpl::forward(torch::Tensor samples) {
  std::vector<std::vector<torch::Tensor>> all;
  for (auto& scale : layers_) {
    std::vector<torch::Tensor> maps;
    auto x = samples;
    for (auto& layer : scale) maps.push_back(x = layer->forward(x));
    all.push_back(std::move(maps));
    samples = torch::avg_pool1d(samples, {4}, {2}, {1}, /*ceil_mode=*/false, /*count_include_pad=*/false);
  }
  return all;
}

}  // namespace luthier::nn
