#include "core/families/disentangled/encoders.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/config/schema.h"
#include "core/families/disentangled/losses.h"

namespace luthier::disentangled {
namespace {

constexpr std::int64_t kWidest = 16;  ///< times the first block's channels
constexpr double kLevelMean = -1.5, kLevelDeviation = 1.8;  ///< about those of the logarithm of normalised magnitudes

nn::Conv conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
  nn::ConvOptions o;
  o.in = in, o.out = out, o.kernel = kernel, o.stride = stride, o.padding = kernel / 2;
  o.kind = nn::Reparametrisation::spectral;
  return nn::Conv(o);
}

/// Instance norm over what is left of a small map: with a single value there is nothing to normalise.
class MapNormImpl : public torch::nn::Module {
 public:
  explicit MapNormImpl(std::int64_t width) {
    weight_ = register_parameter("weight", torch::ones({width}));
    bias_ = register_parameter("bias", torch::zeros({width}));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    if (x.size(2) * x.size(3) < 2) return x * weight_.reshape({1, -1, 1, 1}) + bias_.reshape({1, -1, 1, 1});
    return torch::instance_norm(x, weight_, bias_, {}, {}, /*use_input_stats=*/true, 0.1, 1e-5, false);
  }

 private:
  torch::Tensor weight_, bias_;
};
TORCH_MODULE(MapNorm);

torch::nn::LayerNorm layer_norm(std::int64_t width) { return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})); }

torch::Tensor through(torch::nn::ModuleList& layers, torch::Tensor x) {
  for (auto& layer : *layers) x = layer->as<EncoderLayerImpl>()->forward(x);
  return x;
}

torch::nn::ModuleList encoder_layers(const Settings& s) {
  torch::nn::ModuleList layers;
  for (std::int64_t i = 0; i < s.layers; ++i) layers->push_back(EncoderLayer(transformer_options(s)));
  return layers;
}

torch::Tensor with_positions(const torch::Tensor& x) { return x + positions(x.size(1), x.size(2), x.device()); }

}  // namespace

torch::Tensor levels_for_matrix(const torch::Tensor& sections) { return (log_magnitude(sections) - kLevelMean) / kLevelDeviation; }

torch::Tensor magnitudes_of(const torch::Tensor& levels) { return torch::exp((kLevelDeviation * levels + kLevelMean).clamp(-9, 6)); }

TransformerOptions transformer_options(const Settings& s) { return {s.embedding, s.heads, s.layers, s.feed_forward, s.dropout}; }

HalvingBlockImpl::HalvingBlockImpl(std::int64_t in, std::int64_t out, bool instance_norm) {
  const auto add = [&](const char* name) -> torch::nn::AnyModule {
    if (instance_norm) return torch::nn::AnyModule(register_module(name, MapNorm(out)));
    return torch::nn::AnyModule(register_module(name, torch::nn::BatchNorm2d(out)));
  };
  conv1_ = register_module("conv1", conv(in, out, 3, 2));
  norm1_ = add("norm1");
  conv2_ = register_module("conv2", conv(out, out, 3, 1));
  norm2_ = add("norm2");
  shortcut_ = register_module("shortcut", conv(in, out, 1, 2));
  shortcut_norm_ = torch::nn::AnyModule(register_module("shortcut_norm", MapNorm(out)));
}

torch::Tensor HalvingBlockImpl::norm(torch::nn::AnyModule& module, const torch::Tensor& x) const { return module.forward(x); }

torch::Tensor HalvingBlockImpl::forward(const torch::Tensor& x) {
  const auto y = norm(norm2_, conv2_->forward(torch::relu(norm(norm1_, conv1_->forward(x)))));
  return torch::relu(y + norm(shortcut_norm_, shortcut_->forward(x)));
}

SectionEncoderImpl::SectionEncoderImpl(const Settings& s, bool instance_norm, bool matrix, bool levels) {
  std::int64_t in = 2;
  for (std::int64_t i = 0; i < s.blocks; ++i) {
    const std::int64_t out = s.filters * std::min<std::int64_t>(kWidest, std::int64_t{1} << i);
    blocks_->push_back(HalvingBlock(in, out, instance_norm));
    in = out;
  }
  register_module("blocks", blocks_);
  project_ = register_module("project", torch::nn::Linear(in, s.embedding));
  if (matrix) matrix_ = register_module("matrix", torch::nn::Linear(2 * s.window * s.features(), s.embedding));
  if (levels) levels_ = register_module("levels", torch::nn::Linear(s.window * s.features(), s.embedding));
}

torch::Tensor SectionEncoderImpl::forward(const torch::Tensor& sections) {
  const std::int64_t batch = sections.size(0), count = sections.size(1);
  auto x = sections.flatten(0, 1);
  for (auto& block : *blocks_) x = block->as<HalvingBlockImpl>()->forward(x);
  x = torch::adaptive_avg_pool2d(x, {2, 5});  // its windows overlap, so this is no plain mean of the map
  auto vectors = project_->forward(x.mean({2, 3})).reshape({batch, count, -1});
  if (!matrix_.is_empty()) vectors = vectors + matrix_->forward(sections.flatten(2));
  if (!levels_.is_empty()) vectors = vectors + levels_->forward(levels_for_matrix(sections).flatten(2));
  return vectors;
}

StyleEncoderImpl::StyleEncoderImpl(const Settings& s) {
  cnn_ = register_module("cnn", SectionEncoder(s, /*instance_norm=*/false, /*matrix=*/false, /*levels=*/false));
  cls_token_ = register_parameter("cls_token", torch::randn({1, 1, s.embedding}));
  norm_ = register_module("norm", layer_norm(s.embedding));
  layers_ = register_module("layers", encoder_layers(s));
}

torch::Tensor StyleEncoderImpl::forward(const torch::Tensor& sections) {
  const auto x = cnn_->forward(sections);
  const auto sequence = torch::cat({cls_token_.expand({x.size(0), 1, x.size(2)}).to(x.scalar_type()), x}, 1);
  return through(layers_, norm_->forward(with_positions(sequence))).select(1, 0);
}

LabelStylesImpl::LabelStylesImpl(const Settings& s, std::int64_t labels) {
  if (s.style_source == "learned") {
    vectors_ = register_parameter("vectors", torch::randn({labels, s.embedding}));
    return;
  }
  if (labels > s.embedding)
    throw ConfigError("Setting 'embedding' must be at least the number of labels, " + std::to_string(labels) + ", with style_source one_hot; it is " +
                      std::to_string(s.embedding) + ".");
  vectors_ = register_buffer("vectors", std::sqrt(static_cast<double>(s.embedding)) * torch::eye(labels, s.embedding));
}

ContentEncoderImpl::ContentEncoderImpl(const Settings& s) {
  cnn_ = register_module("cnn", SectionEncoder(s, s.content_norm == "instance", s.content_matrix, s.content_levels));
  norm_ = register_module("norm", layer_norm(s.embedding));
  layers_ = register_module("layers", encoder_layers(s));
}

torch::Tensor ContentEncoderImpl::forward(const torch::Tensor& sections) {
  return through(layers_, norm_->forward(with_positions(cnn_->forward(sections))));
}

}  // namespace luthier::disentangled
