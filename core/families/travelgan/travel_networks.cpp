#include "core/families/travelgan/travel_networks.h"

#include <torch/torch.h>

#include <algorithm>

#include "core/config/schema.h"

namespace luthier::travelgan {
namespace {

nn::Conv conv(std::int64_t in, std::int64_t out, std::int64_t stride, std::int64_t padding, bool bias, bool spectral, bool transposed = false) {
  nn::ConvOptions o;
  o.in = in, o.out = out, o.kernel = 4, o.stride = stride, o.padding = padding, o.bias = bias, o.transposed = transposed;
  if (spectral) o.kind = nn::Reparametrisation::spectral;
  return nn::Conv(o);
}

torch::nn::LeakyReLU leaky() { return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.2)); }

/// One level with all that is below it; joined with its own input.
class LevelImpl : public torch::nn::Module {
 public:
  explicit LevelImpl(torch::nn::Sequential layers) : model_(register_module("model", std::move(layers))) {}
  torch::Tensor forward(const torch::Tensor& x) { return torch::cat({x, model_->forward(x)}, 1); }

 private:
  torch::nn::Sequential model_;
};
TORCH_MODULE(Level);

/// The outermost level has no skip.
class OutermostImpl : public torch::nn::Module {
 public:
  explicit OutermostImpl(torch::nn::Sequential layers) : model_(register_module("model", std::move(layers))) {}
  torch::Tensor forward(const torch::Tensor& x) { return model_->forward(x); }

 private:
  torch::nn::Sequential model_;
};
TORCH_MODULE(Outermost);

}  // namespace

GeneratorImpl::GeneratorImpl(const GeneratorOptions& o) : unit_(std::int64_t{1} << o.levels) {
  const auto width = [&](std::int64_t level) { return std::min(o.filters << level, o.filters * 8); };
  const auto innermost = o.levels - 1;
  torch::nn::Sequential inner(leaky(), conv(width(innermost - 1), width(innermost), 2, 1, false, o.spectral), torch::nn::ReLU(),
                              conv(width(innermost), width(innermost - 1), 2, 1, false, o.spectral, true), torch::nn::BatchNorm2d(width(innermost - 1)));
  Level below(inner);
  for (std::int64_t level = innermost - 1; level >= 1; --level) {
    torch::nn::Sequential layers(leaky(), conv(width(level - 1), width(level), 2, 1, false, o.spectral), torch::nn::BatchNorm2d(width(level)), below,
                                 torch::nn::ReLU(), conv(2 * width(level), width(level - 1), 2, 1, false, o.spectral, true),
                                 torch::nn::BatchNorm2d(width(level - 1)));
    below = Level(layers);
  }
  torch::nn::Sequential outer(conv(1, o.filters, 2, 1, false, o.spectral), below, torch::nn::ReLU(),
                              conv(2 * o.filters, 1, 2, 1, true, o.spectral, true), torch::nn::Tanh());
  const Outermost whole(outer);
  register_module("model", whole.ptr());
  model_ = torch::nn::AnyModule(whole);
}

torch::Tensor GeneratorImpl::forward(const torch::Tensor& x) {
  if (x.size(2) % unit_ != 0 || x.size(3) % unit_ != 0)
    throw ConfigError("The generator needs bands and frames that are multiples of " + std::to_string(unit_) + ", not " +
                      std::to_string(x.size(2)) + " x " + std::to_string(x.size(3)) + "; change bands, frames or levels.");
  return model_.forward<torch::Tensor>(x);
}

TrunkImpl::TrunkImpl(const TrunkOptions& o) {
  model_ = torch::nn::Sequential(conv(1, o.filters, 2, 1, true, o.spectral), leaky());
  std::int64_t width = o.filters;
  for (std::int64_t i = 1; i <= o.layers; ++i) {
    const auto next = std::min(o.filters << i, o.filters * 8);
    model_->push_back(conv(width, next, 2, 1, false, o.spectral));
    if (o.batch_norm) model_->push_back(torch::nn::BatchNorm2d(next));
    model_->push_back(leaky());
    width = next;
  }
  model_->push_back(conv(width, o.out, 1, 0, true, o.spectral));
  register_module("model", model_);
}

torch::Tensor travel_vectors(const torch::Tensor& embeddings) {
  const auto batch = embeddings.size(0);
  const auto pairs = torch::triu_indices(batch, batch, 1, torch::TensorOptions().dtype(torch::kLong).device(embeddings.device()));
  return embeddings.index_select(0, pairs[0]) - embeddings.index_select(0, pairs[1]);
}

torch::Tensor travel_loss(const torch::Tensor& before, const torch::Tensor& after) {
  return (before - after).square().mean() - torch::cosine_similarity(before, after, 1, 1e-8).mean();
}

torch::Tensor margin_loss(const torch::Tensor& vectors, double margin) {
  return torch::relu(margin - (vectors.square().sum(1) + 1e-12).sqrt()).mean();
}

}  // namespace luthier::travelgan
