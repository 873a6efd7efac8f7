#include "core/families/guidediff/guidediff_networks.h"

#include <torch/torch.h>

#include <cmath>

namespace luthier::guidediff {
namespace {

nn::Conv conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t dilation = 1, std::int64_t groups = 1) {
  nn::ConvOptions o;
  o.axes = 1, o.in = in, o.out = out, o.kernel = kernel, o.padding = dilation * (kernel - 1) / 2, o.dilation = dilation, o.groups = groups;
  return nn::Conv(o);
}

void make_zero(nn::Conv& layer) {
  torch::NoGradGuard guard;
  layer->raw_weight().zero_();
  layer->bias().zero_();
}

/// Linear magnitude of the mel features.
torch::Tensor linear(const torch::Tensor& features, const std::string& kind) {
  return kind == "log_mel" ? (features.exp() - 1e-4).clamp_min(0) : torch::pow(10.0, features);
}

}  // namespace

BlockImpl::BlockImpl(const Settings& s, std::int64_t dilation) {
  depthwise_ = register_module("depthwise", conv(s.width, s.width, 7, dilation, s.width));
  guide_ = register_module("guide", conv(s.width, s.width, 1));
  film_ = register_module("film", torch::nn::Linear(s.embedding, 2 * s.width));
  in_ = register_module("in", conv(s.width, s.expansion * s.width, 1));
  out_ = register_module("out", conv(s.expansion * s.width, s.width, 1));
  make_zero(out_);
}

torch::Tensor BlockImpl::forward(const torch::Tensor& x, const torch::Tensor& guide, const torch::Tensor& level) {
  auto y = depthwise_->forward(x) + guide_->forward(guide);
  y = torch::layer_norm(y.transpose(1, 2), {y.size(1)}).transpose(1, 2);
  const auto film = film_->forward(level).unsqueeze(2).chunk(2, 1);
  y = y * (1 + film[0]) + film[1];
  return x + out_->forward(torch::gelu(in_->forward(y)));
}

DecoderImpl::DecoderImpl(const Settings& s) : settings_(s) {
  if (s.sound.hop % s.patch != 0)
    throw ConfigError("The patch of " + std::to_string(s.patch) + " samples must divide the hop of " + std::to_string(s.sound.hop) + ".");
  enter_ = register_module("enter", conv(s.patch, s.width, 3));
  guide_ = register_module("guide", conv(s.sound.bands, s.width, 3));
  time1_ = register_module("time1", torch::nn::Linear(s.embedding, s.embedding));
  time2_ = register_module("time2", torch::nn::Linear(s.embedding, s.embedding));
  constexpr std::int64_t dilations[] = {1, 2, 4, 8};
  for (std::int64_t i = 0; i < s.blocks; ++i)
    blocks_.push_back(register_module("block" + std::to_string(i), Block(s, dilations[i % 4])));
  leave_ = register_module("leave", conv(s.width, s.patch, 3));
  make_zero(leave_);
  gain_ = register_buffer("gain", torch::ones({1}));
  mean_ = register_buffer("mean", torch::zeros({1}));
  deviation_ = register_buffer("deviation", torch::ones({1}));
}

torch::Tensor DecoderImpl::normalised(const torch::Tensor& features) const { return (features - mean_) / deviation_; }

torch::Tensor DecoderImpl::envelope(const torch::Tensor& features) const {
  const auto loudness = linear(features, settings_.sound.kind).square().mean(1, true).sqrt();  // [batch, 1, frame]
  const auto smooth = torch::upsample_linear1d(loudness, {loudness.size(2) * settings_.sound.hop}, /*align_corners=*/false).squeeze(1);
  return smooth * gain_ + 1e-3;
}

void DecoderImpl::fit_envelope(const VocoderBatch& batch) {
  torch::NoGradGuard guard;
  mean_.fill_(batch.features.mean());
  deviation_.fill_(batch.features.std().clamp_min(1e-3));
  gain_.fill_(1.0);
  const auto raw = envelope(batch.features) - 1e-3;
  gain_.fill_(batch.samples.square().mean().sqrt() / raw.square().mean().sqrt().clamp_min(1e-9));
}

torch::Tensor DecoderImpl::forward(const torch::Tensor& noisy, const torch::Tensor& features, const torch::Tensor& time) {
  const auto half = settings_.embedding / 2;
  const auto rates = torch::exp(torch::arange(half, noisy.options()) * (std::log(1000.0) / static_cast<double>(half)));
  const auto angles = time.unsqueeze(1) * rates;
  auto level = torch::cat({angles.sin(), angles.cos()}, 1);
  if (level.size(1) < settings_.embedding) level = torch::nn::functional::pad(level, torch::nn::functional::PadFuncOptions({0, 1}));
  level = time2_->forward(torch::silu(time1_->forward(level)));
  const auto batch = noisy.size(0), places = noisy.size(1) / settings_.patch;
  const auto patches = noisy.reshape({batch, places, settings_.patch}).transpose(1, 2);
  const auto guide = guide_->forward(normalised(features)).repeat_interleave(settings_.sound.hop / settings_.patch, 2);
  auto x = enter_->forward(patches) + guide;
  for (auto& block : blocks_) x = block->forward(x, guide, level);
  const auto v = leave_->forward(torch::layer_norm(x.transpose(1, 2), {x.size(1)}).transpose(1, 2));
  return v.transpose(1, 2).reshape({batch, places * settings_.patch}).to(torch::kFloat);
}

torch::Tensor sample(DecoderImpl& decoder, const torch::Tensor& features, const torch::Tensor& noise, std::int64_t steps,
                     const std::function<bool()>& keep_going) {
  torch::NoGradGuard guard;
  auto z = noise;
  torch::Tensor x;
  for (std::int64_t i = 0; i < steps; ++i) {
    if (keep_going && !keep_going()) throw Cancelled();
    const double t = 1.0 - static_cast<double>(i) / static_cast<double>(steps);
    const double next = 1.0 - static_cast<double>(i + 1) / static_cast<double>(steps);
    const double alpha = std::cos(t * M_PI / 2), sigma = std::sin(t * M_PI / 2);
    const auto v = decoder.forward(z, features, torch::full({z.size(0)}, t, z.options()));
    x = alpha * z - sigma * v;
    z = std::cos(next * M_PI / 2) * x + std::sin(next * M_PI / 2) * (sigma * z + alpha * v);
  }
  return x * decoder.envelope(features);
}

}  // namespace luthier::guidediff
