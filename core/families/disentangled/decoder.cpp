#include "core/families/disentangled/decoder.h"

#include <torch/torch.h>

#include "core/families/disentangled/losses.h"

namespace luthier::disentangled {
namespace {

/// One matrix each way.
class LinearCodecImpl : public SectionCodecImpl {
 public:
  explicit LinearCodecImpl(const Settings& s) : window_(s.window), bins_(s.bins()) {
    const std::int64_t values = 2 * window_ * bins_;
    encode_ = register_module("encode", torch::nn::Linear(values, s.embedding));
    decode_ = register_module("decode", torch::nn::Linear(s.embedding, values));
  }
  torch::Tensor encode(const torch::Tensor& sections) override { return encode_->forward(sections.flatten(2)); }
  torch::Tensor decode(const torch::Tensor& vectors) override {
    return decode_->forward(vectors).reshape({vectors.size(0), vectors.size(1), 2, window_, bins_});
  }

 private:
  std::int64_t window_, bins_;
  torch::nn::Linear encode_ = nullptr, decode_ = nullptr;
};

/// Matrices for the logarithm of the magnitude and for a direction, which gives the phase: quiet sound stays quiet where the phase is
/// not known, and a vector holds a picture of levels as it holds one of a mel spectrogram.
class PolarCodecImpl : public SectionCodecImpl {
 public:
  explicit PolarCodecImpl(const Settings& s) : window_(s.window), bins_(s.bins()) {
    const std::int64_t cells = window_ * bins_;
    encode_ = register_module("encode", torch::nn::Linear(2 * cells, s.embedding));
    encode_levels_ = register_module("encode_levels", torch::nn::Linear(cells, s.embedding));
    decode_ = register_module("decode", torch::nn::Linear(s.embedding, 2 * cells));
    decode_levels_ = register_module("decode_levels", torch::nn::Linear(s.embedding, cells));
  }
  torch::Tensor encode(const torch::Tensor& sections) override {
    return encode_->forward(sections.flatten(2)) + encode_levels_->forward(levels_for_matrix(sections).flatten(2));
  }
  torch::Tensor decode(const torch::Tensor& vectors) override {
    const auto direction = decode_->forward(vectors).reshape({vectors.size(0), vectors.size(1), 2, window_, bins_}).to(torch::kFloat);
    const auto level = decode_levels_->forward(vectors).reshape({vectors.size(0), vectors.size(1), 1, window_, bins_}).to(torch::kFloat);
    const auto unit = direction / torch::sqrt(direction.square().sum(2, true) + 1e-4);
    return unit * magnitudes_of(level);
  }

 private:
  std::int64_t window_, bins_;
  torch::nn::Linear encode_ = nullptr, encode_levels_ = nullptr, decode_ = nullptr, decode_levels_ = nullptr;
};

/// Frames or bins of the map that the convolutions make of a section: the published ones for the published size, fewer for less.
std::int64_t map_size(std::int64_t size, std::int64_t published, std::int64_t published_map) {
  return std::min(published_map, (size * published_map + published - 1) / published);
}

nn::Conv conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride, bool spectral) {
  nn::ConvOptions o;
  o.in = in, o.out = out, o.kernel = kernel, o.stride = stride, o.padding = kernel / 2;
  if (spectral) o.kind = nn::Reparametrisation::spectral;
  return nn::Conv(o);
}

nn::Conv transposed(std::int64_t in, std::int64_t out, std::int64_t stride) {
  nn::ConvOptions o;
  o.in = in, o.out = out, o.kernel = 3, o.stride = stride, o.padding = 1, o.output_padding = stride - 1, o.transposed = true;
  return nn::Conv(o);
}

/// Convolutions down to a map of 32 x 16 for sections of 287 x 513, and transposed ones back up to 512 x 256, resized to the section.
class CnnCodecImpl : public SectionCodecImpl {
 public:
  explicit CnnCodecImpl(const Settings& s) : window_(s.window), bins_(s.bins()), map_frames_(map_size(s.window, 287, 32)), map_bins_(map_size(s.bins(), 513, 16)) {
    using torch::nn::BatchNorm2d, torch::nn::ReLU;
    down_ = register_module("down", torch::nn::Sequential(conv(2, 16, 3, 1, true), BatchNorm2d(16), ReLU(), conv(16, 32, 3, 2, true), BatchNorm2d(32), ReLU(),
                                                          conv(32, 64, 3, 2, true), BatchNorm2d(64), ReLU(), conv(64, 64, 3, 2, true), BatchNorm2d(64), ReLU()));
    squeeze_ = register_module("squeeze", torch::nn::Sequential(conv(64, 64, 3, 1, false), BatchNorm2d(64), ReLU(), conv(64, 1, 1, 1, false)));
    encode_ = register_module("encode", torch::nn::Linear(map_frames_ * map_bins_, s.embedding));
    decode_ = register_module("decode", torch::nn::Linear(s.embedding, map_frames_ * map_bins_));
    up_ = register_module("up", torch::nn::Sequential(transposed(1, 64, 2), BatchNorm2d(64), ReLU(), transposed(64, 32, 2), BatchNorm2d(32), ReLU(),
                                                      transposed(32, 16, 2), BatchNorm2d(16), ReLU(), transposed(16, 8, 2), BatchNorm2d(8), ReLU(), transposed(8, 2, 1)));
  }
  torch::Tensor encode(const torch::Tensor& sections) override {
    const auto map = torch::adaptive_avg_pool2d(down_->forward(sections.flatten(0, 1)), {map_frames_, map_bins_});
    return encode_->forward(squeeze_->forward(map).flatten(1)).reshape({sections.size(0), sections.size(1), -1});
  }
  torch::Tensor decode(const torch::Tensor& vectors) override {
    const std::int64_t batch = vectors.size(0), count = vectors.size(1);
    const auto map = up_->forward(decode_->forward(vectors).reshape({batch * count, 1, map_frames_, map_bins_}));
    return torch::upsample_bilinear2d(map, {window_, bins_}, /*align_corners=*/false).reshape({batch, count, 2, window_, bins_});
  }

 private:
  std::int64_t window_, bins_, map_frames_, map_bins_;
  torch::nn::Sequential down_, squeeze_, up_;
  torch::nn::Linear encode_ = nullptr, decode_ = nullptr;
};

torch::nn::LayerNorm layer_norm(std::int64_t width) { return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})); }

}  // namespace

DecoderImpl::DecoderImpl(const Settings& s) : window_(s.window), bins_(s.bins()), dropout_(s.dropout), content_in_place_(s.content_in_place) {
  if (s.decoder == "linear") codec_ = std::make_shared<LinearCodecImpl>(s);
  else if (s.decoder == "polar") codec_ = std::make_shared<PolarCodecImpl>(s);
  else codec_ = std::make_shared<CnnCodecImpl>(s);
  register_module("codec", codec_);
  start_token_ = register_parameter("start_token", torch::randn({1, 1, s.embedding}));
  content_project_ = register_module("content_project", torch::nn::Linear(s.embedding, s.embedding));
  style_project_ = register_module("style_project", torch::nn::Linear(s.embedding, s.embedding));
  input_norm_ = register_module("input_norm", layer_norm(s.embedding));
  output_norm_ = register_module("output_norm", layer_norm(s.embedding));
  for (std::int64_t i = 0; i < s.layers; ++i) layers_->push_back(DecoderLayer(transformer_options(s)));
  register_module("layers", layers_);
}

torch::Tensor DecoderImpl::memory(const torch::Tensor& content, const torch::Tensor& style) {
  const auto repeated = style_project_->forward(style).unsqueeze(1).expand({content.size(0), content.size(1), content.size(2)});
  return torch::dropout(torch::cat({content_project_->forward(content), repeated}, 1), dropout_, is_training());
}

/// earlier [batch, n, embedding]: vectors of sections 0 … n-1 -> outputs for sections 0 … n.
torch::Tensor DecoderImpl::sequence(const torch::Tensor& earlier, const torch::Tensor& memory) {
  auto x = start_token_.expand({memory.size(0), 1, memory.size(2)}).to(memory.scalar_type());
  if (earlier.defined() && earlier.size(1) > 0) x = torch::cat({x, earlier.to(x.scalar_type())}, 1);
  x = input_norm_->forward(x + positions(x.size(1), x.size(2), x.device()));
  if (content_in_place_) x = x + memory.narrow(1, 0, x.size(1));  // the memory begins with the content of section 0, 1, …
  for (auto& layer : *layers_) x = layer->as<DecoderLayerImpl>()->forward(x, memory);
  return output_norm_->forward(x);
}

torch::Tensor DecoderImpl::forward(const torch::Tensor& content, const torch::Tensor& style, const torch::Tensor& given) {
  const auto earlier = codec_->encode(given.narrow(1, 0, given.size(1) - 1));
  return codec_->decode(sequence(earlier, memory(content, style)));
}

torch::Tensor DecoderImpl::generate(const torch::Tensor& content, const torch::Tensor& style, const torch::Tensor& given,
                                    const std::function<bool(std::int64_t)>& keep_going) {
  const auto about = memory(content, style);
  std::vector<torch::Tensor> written, vectors;
  if (given.defined() && given.size(1) > 0) {
    written.push_back(given);
    vectors.push_back(codec_->encode(given));
  }
  for (std::int64_t i = given.defined() ? given.size(1) : 0; i < content.size(1); ++i) {
    if (keep_going && !keep_going(i)) break;
    const auto out = sequence(vectors.empty() ? torch::Tensor() : torch::cat(vectors, 1), about);
    const auto section = codec_->decode(out.narrow(1, i, 1)).to(torch::kFloat);
    written.push_back(section);
    vectors.push_back(codec_->encode(section));
  }
  return written.empty() ? torch::Tensor() : torch::cat(written, 1);
}

}  // namespace luthier::disentangled
