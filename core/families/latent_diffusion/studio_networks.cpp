#include "core/families/latent_diffusion/studio_networks.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace luthier::studio {
namespace {

namespace F = torch::nn::functional;

void zero(torch::nn::Linear& linear) {
  torch::nn::init::zeros_(linear->weight);
  torch::nn::init::zeros_(linear->bias);
}

/// Pads frames at the end with the last one until `multiple` divides them.
torch::Tensor padded_to(const torch::Tensor& x, std::int64_t multiple) {
  const std::int64_t missing = (multiple - x.size(1) % multiple) % multiple;
  if (missing == 0) return x;
  return torch::cat({x, x.narrow(1, x.size(1) - 1, 1).expand({-1, missing, -1})}, 1);
}

/// 1, 2, 4, 1, then doubling from 2 up to `reach`, over and over.
std::int64_t dilation_of(std::int64_t block, std::int64_t reach) {
  constexpr std::int64_t first[] = {1, 2, 4, 1};
  if (block < 4) return first[block];
  std::int64_t doublings = 1;
  while (std::int64_t{2} << doublings <= reach) ++doublings;
  return std::min(reach, std::int64_t{2} << (block - 4) % doublings);
}

constexpr std::int64_t kViews = 6;  // what the finisher sees of each frame and band: estimate and content, and how far each rings above itself
constexpr std::int64_t kMade = 3;   // what it makes of it: an addition, and how much of what rings slowly and quickly is mixed in

torch::Tensor plain_norm(const torch::Tensor& x) { return torch::layer_norm(x, {x.size(-1)}); }

}  // namespace

torch::Tensor alpha_of(const torch::Tensor& time) { return torch::cos(time * (std::numbers::pi / 2)); }
torch::Tensor sigma_of(const torch::Tensor& time) { return torch::sin(time * (std::numbers::pi / 2)); }

Conv3Impl::Conv3Impl(std::int64_t in, std::int64_t out, std::int64_t dilation) : dilation_(dilation) {
  linear = register_module("linear", torch::nn::Linear(3 * in, out));
}

torch::Tensor Conv3Impl::forward(const torch::Tensor& x) {
  const std::int64_t frames = x.size(1);
  const auto wide = F::pad(x, F::PadFuncOptions({0, 0, dilation_, dilation_}));
  return linear->forward(torch::cat({wide.narrow(1, 0, frames), x, wide.narrow(1, 2 * dilation_, frames)}, -1));
}

FilmBlockImpl::FilmBlockImpl(std::int64_t width, std::int64_t embedding, std::int64_t dilation) {
  film = register_module("film", torch::nn::Linear(embedding, 2 * width));
  conv = register_module("conv", Conv3(width, width, dilation));
  out = register_module("out", torch::nn::Linear(width, width));
  zero(film);
  zero(out);
}

torch::Tensor FilmBlockImpl::forward(const torch::Tensor& x, const torch::Tensor& embedding) {
  const auto parts = film->forward(embedding).unsqueeze(1).chunk(2, -1);
  const auto h = plain_norm(x) * (1 + parts[0]) + parts[1];
  return x + out->forward(torch::silu(conv->forward(h)));
}

PlainBlockImpl::PlainBlockImpl(std::int64_t width, std::int64_t dilation) {
  norm = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})));
  conv = register_module("conv", Conv3(width, width, dilation));
  out = register_module("out", torch::nn::Linear(width, width));
  zero(out);
}

torch::Tensor PlainBlockImpl::forward(const torch::Tensor& x) {
  return x + out->forward(torch::silu(conv->forward(norm->forward(x))));
}

StyleAttentionImpl::StyleAttentionImpl(std::int64_t width, std::int64_t token_width, std::int64_t heads) : heads_(heads) {
  TORCH_CHECK(width % heads == 0, "attention_heads must divide the width ", width);
  norm = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})));
  query = register_module("query", torch::nn::Linear(width, width));
  key_value = register_module("key_value", torch::nn::Linear(token_width, 2 * width));
  out = register_module("out", torch::nn::Linear(width, width));
  zero(out);
}

torch::Tensor StyleAttentionImpl::forward(const torch::Tensor& x, const torch::Tensor& tokens) {
  const auto split = [&](const torch::Tensor& t) { return t.reshape({t.size(0), t.size(1), heads_, -1}).transpose(1, 2); };
  const auto parts = key_value->forward(tokens).chunk(2, -1);
  const auto q = split(query->forward(norm->forward(x))), k = split(parts[0]), v = split(parts[1]);
  const auto weights = torch::softmax(torch::matmul(q, k.transpose(-1, -2)) / std::sqrt(static_cast<double>(q.size(-1))), -1);
  return x + out->forward(torch::matmul(weights, v).transpose(1, 2).reshape(x.sizes()));
}

AutoencoderImpl::AutoencoderImpl(const StudioSettings& s)
    : patch_(s.patch), bands_(s.bands), latent_(s.latent), whitening_(s.whitening), residual_(s.ae_residual || !s.pca_start), pca_(s.pca_start) {
  const std::int64_t flat = patch_ * bands_;
  band_mean = register_buffer("band_mean", torch::zeros({bands_}));
  deviation = register_buffer("deviation", torch::ones({}));
  mean = register_buffer("mean", torch::zeros({flat}));
  basis = register_buffer("basis", torch::zeros({flat, latent_}));
  gain = register_buffer("gain", torch::ones({latent_}));
  scale = register_buffer("scale", torch::ones({}));
  if (!residual_) return;
  encode_in = register_module("encode_in", Conv3(flat, s.ae_width));
  encode_blocks = register_module("encode_blocks", torch::nn::ModuleList());
  decode_blocks = register_module("decode_blocks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < s.ae_blocks; ++i) {
    encode_blocks->push_back(PlainBlock(s.ae_width, 1));
    decode_blocks->push_back(PlainBlock(s.ae_width, 1));
  }
  encode_out = register_module("encode_out", torch::nn::Linear(s.ae_width, latent_));
  decode_in = register_module("decode_in", Conv3(latent_, s.ae_width));
  decode_out = register_module("decode_out", torch::nn::Linear(s.ae_width, flat));
  if (pca_) zero(encode_out), zero(decode_out);
}

torch::Tensor AutoencoderImpl::patches(const torch::Tensor& features) const {
  const auto x = padded_to(features, patch_);
  return x.reshape({x.size(0), x.size(1) / patch_, patch_ * bands_});
}

torch::Tensor AutoencoderImpl::encode(const torch::Tensor& features) {
  const auto x = patches(features);
  auto z = torch::matmul(x - mean, basis) / gain;
  if (residual_) {
    auto h = encode_in->forward(x);
    for (const auto& block : *encode_blocks) h = block->as<PlainBlock>()->forward(h);
    z = z + encode_out->forward(torch::silu(h));
  }
  return z / scale;
}

torch::Tensor AutoencoderImpl::decode(const torch::Tensor& latent, std::int64_t frames) {
  const auto z = latent * scale;
  auto x = torch::matmul(z * gain, basis.t()) + mean;
  if (residual_) {
    auto h = decode_in->forward(z);
    for (const auto& block : *decode_blocks) h = block->as<PlainBlock>()->forward(h);
    x = x + decode_out->forward(torch::silu(h));
  }
  return x.reshape({x.size(0), x.size(1) * patch_, bands_}).narrow(1, 0, frames);
}

std::vector<torch::nn::Module*> AutoencoderImpl::encoder() {
  if (!residual_) return {};
  return {encode_in.get(), encode_blocks.get(), encode_out.get()};
}

std::vector<torch::nn::Module*> AutoencoderImpl::decoder() {
  if (!residual_) return {};
  return {decode_in.get(), decode_blocks.get(), decode_out.get()};
}

void AutoencoderImpl::fit(const torch::Tensor& log_mel) {
  torch::NoGradGuard guard;
  band_mean.copy_(log_mel.mean({0, 1}));
  deviation.copy_((log_mel - band_mean).std());
  if (!pca_) return;
  const auto rows = patches(normalise(log_mel)).reshape({-1, patch_ * bands_}).to(torch::kDouble);
  const auto centre = rows.mean(0);
  const auto spread = rows - centre;
  const auto [values, vectors] = torch::linalg_eigh(torch::matmul(spread.t(), spread) / static_cast<double>(rows.size(0)));
  const auto kept = std::min<std::int64_t>(latent_, patch_ * bands_);
  mean.copy_(centre);
  basis.zero_();
  gain.fill_(1);
  basis.narrow(1, 0, kept).copy_(vectors.flip(1).narrow(1, 0, kept));
  gain.narrow(0, 0, kept).copy_(values.flip(0).narrow(0, 0, kept).clamp_min(1e-8).sqrt().pow(whitening_));
}

void AutoencoderImpl::fit_scale(const torch::Tensor& features) {
  torch::NoGradGuard guard;
  scale.fill_(1);
  scale.copy_(encode(features).square().mean().sqrt());
}

StyleEncoderImpl::StyleEncoderImpl(const StudioSettings& s) {
  const auto width = s.style_width;
  in = register_module("in", Conv3(s.bands, width));
  blocks = register_module("blocks", torch::nn::ModuleList());
  for (const std::int64_t dilation : {1, 1, 2, 4}) blocks->push_back(PlainBlock(width, dilation));
  down1 = register_module("down1", torch::nn::Linear(2 * width, width));
  down2 = register_module("down2", torch::nn::Linear(2 * width, width));
  norm = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})));
  key = register_module("key", torch::nn::Linear(width, width));
  value = register_module("value", torch::nn::Linear(width, width));
  vector = register_module("vector", torch::nn::Linear(2 * width, s.embedding));
  queries = register_parameter("queries", torch::randn({s.style_tokens, width}) / std::sqrt(static_cast<double>(width)));
  no_vector = register_parameter("no_vector", torch::zeros({s.embedding}));
  no_tokens = register_parameter("no_tokens", torch::zeros({s.style_tokens, width}));
}

Style StyleEncoderImpl::forward(const torch::Tensor& features) {
  auto h = in->forward(padded_to(features, 4));
  h = blocks[0]->as<PlainBlock>()->forward(h);
  h = down1->forward(h.reshape({h.size(0), h.size(1) / 2, -1}));
  h = blocks[1]->as<PlainBlock>()->forward(h);
  h = down2->forward(h.reshape({h.size(0), h.size(1) / 2, -1}));
  h = blocks[3]->as<PlainBlock>()->forward(blocks[2]->as<PlainBlock>()->forward(h));
  h = norm->forward(h);
  const auto weights = torch::softmax(torch::matmul(queries, key->forward(h).transpose(1, 2)) / 4.0, -1);
  Style style;
  style.tokens = torch::matmul(weights, value->forward(h));
  style.vector = vector->forward(torch::cat({h.mean(1), torch::silu(h).square().mean(1)}, -1));
  return style;
}

Style StyleEncoderImpl::none(std::int64_t batch) {
  return {no_vector.unsqueeze(0).expand({batch, -1}), no_tokens.unsqueeze(0).expand({batch, -1, -1})};
}

DenoiserImpl::DenoiserImpl(const StudioSettings& s)
    : film_(s.film), cross_attention_(s.cross_attention), content_channels_(s.content_channels), embedding_(s.embedding), latent_(s.latent) {
  const auto pick = [&](std::int64_t i) { return dilation_of(i, s.reach); };
  in = register_module("in", Conv3(content_channels_ ? 2 * s.latent : s.latent, s.width));
  time1 = register_module("time1", torch::nn::Linear(128, embedding_));
  time2 = register_module("time2", torch::nn::Linear(embedding_, embedding_));
  before = register_module("before", torch::nn::ModuleList());
  deep = register_module("deep", torch::nn::ModuleList());
  after = register_module("after", torch::nn::ModuleList());
  attention = register_module("attention", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < s.blocks; ++i) before->push_back(FilmBlock(s.width, embedding_, pick(i)));
  down = register_module("down", torch::nn::Linear(2 * s.width, s.deep_width));
  for (std::int64_t i = 0; i < s.deep_blocks; ++i) deep->push_back(FilmBlock(s.deep_width, embedding_, pick(i)));
  up = register_module("up", torch::nn::Linear(s.deep_width, 2 * s.width));
  merge = register_module("merge", torch::nn::Linear(2 * s.width, s.width));
  for (std::int64_t i = 0; i < s.blocks; ++i) after->push_back(FilmBlock(s.width, embedding_, pick(i)));
  if (cross_attention_)
    for (const auto width : {s.width, s.deep_width})
      attention->push_back(StyleAttention(width, s.style_width, s.attention_heads));
  norm = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({s.width})));
  out = register_module("out", torch::nn::Linear(s.width, s.latent));
  zero(out);
  if (s.content_memory) {
    memory = register_module("memory", Conv3(2 * s.latent, s.width));
    zero(memory->linear);
  }
  if (!s.latent_skips) return;
  skips = register_module("skips", torch::nn::Linear(embedding_, 2 * s.latent));
  zero(skips);
}

torch::Tensor DenoiserImpl::embed(const torch::Tensor& time, const Style& style) {
  const auto index = torch::arange(64, time.options());
  const auto angles = time.unsqueeze(1) * (1000.0 * torch::exp(index * (-std::log(1000.0) / 63)));
  auto e = time2->forward(torch::silu(time1->forward(torch::cat({angles.sin(), angles.cos()}, -1))));
  if (film_) e = e + style.vector;
  return torch::silu(e);
}

torch::Tensor ringing_on(const torch::Tensor& features, double decay) {
  constexpr std::int64_t kKept = 10;  // frames, longer than an attack lasts in the analysis
  const std::int64_t frames = features.size(1);
  auto kept = torch::cat({features.narrow(1, 0, 1).expand({-1, kKept - 1, -1}), features}, 1);
  for (std::int64_t wide = 1; wide < kKept;) {  // the least of `wide` frames, then of up to twice as many
    const std::int64_t more = std::min(wide, kKept - wide), left = kept.size(1) - more;
    kept = torch::minimum(kept.narrow(1, 0, left), kept.narrow(1, more, left));
    wide += more;
  }
  const auto fallen = (torch::arange(frames, features.options()) * decay).reshape({1, -1, 1});
  return std::get<0>(torch::cummax(kept + fallen, 1)) - fallen;
}

torch::Tensor DenoiserImpl::forward(const torch::Tensor& z, const torch::Tensor& beside, const torch::Tensor& time,
                                    const Style& style) {
  const auto content = beside.narrow(-1, 0, latent_);
  const auto e = embed(time, style);
  const auto look = [&](std::size_t i, const torch::Tensor& x) {
    return cross_attention_ ? attention[i]->as<StyleAttention>()->forward(x, style.tokens) : x;
  };
  const std::int64_t frames = z.size(1);
  auto h = in->forward(padded_to(content_channels_ ? torch::cat({z, content}, -1) : z, 2));
  if (memory) h = h + memory->forward(padded_to(beside.narrow(-1, latent_, 2 * latent_), 2));
  for (const auto& block : *before) h = block->as<FilmBlock>()->forward(h, e);
  h = look(0, h);
  const auto skip = h;
  h = down->forward(h.reshape({h.size(0), h.size(1) / 2, -1}));
  for (std::size_t i = 0; i < deep->size(); ++i) {
    h = deep[i]->as<FilmBlock>()->forward(h, e);
    if (i == std::min<std::size_t>(2, deep->size() / 2)) h = look(1, h);
  }
  h = up->forward(torch::silu(h)).reshape(skip.sizes());
  h = merge->forward(torch::cat({h, skip}, -1));
  for (const auto& block : *after) h = block->as<FilmBlock>()->forward(h, e);
  h = out->forward(torch::silu(norm->forward(h))).narrow(1, 0, frames);
  if (skips.is_empty()) return h;
  const auto gains = skips->forward(e).unsqueeze(1).chunk(2, -1);
  return h.to(torch::kFloat) + gains[0].to(torch::kFloat) * z + gains[1].to(torch::kFloat) * content;
}

RefinerImpl::RefinerImpl(const StudioSettings& s) : bands_(s.bands) {
  in = register_module("in", Conv3(4 * s.bands, s.refine_width));
  blocks = register_module("blocks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < s.refine_blocks; ++i) blocks->push_back(FilmBlock(s.refine_width, s.embedding, dilation_of(i, s.reach)));
  norm = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({s.refine_width})));
  out = register_module("out", torch::nn::Linear(s.refine_width, 2 * s.bands));
  zero(out);
}

torch::Tensor RefinerImpl::forward(const torch::Tensor& decoded, const torch::Tensor& content, const Style& style) {
  const auto both = padded_to(torch::cat({decoded, content.to(decoded.dtype())}, -1), 2);
  const auto e = torch::silu(style.vector);
  auto h = in->forward(both.reshape({both.size(0), both.size(1) / 2, 4 * bands_}));
  for (const auto& block : *blocks) h = block->as<FilmBlock>()->forward(h, e);
  const auto added = out->forward(torch::silu(norm->forward(h))).reshape({both.size(0), both.size(1), bands_});
  return decoded + added.narrow(1, 0, decoded.size(1)).to(decoded.dtype());
}

FinisherImpl::FinisherImpl(const StudioSettings& s) : width_(s.finish_width) {
  const auto conv = [](std::int64_t from, std::int64_t to, std::int64_t time, std::int64_t bands, std::int64_t dilation) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(from, to, {time, bands}).dilation({dilation, 1}).padding({0, bands / 2}));
  };
  const auto silent = [](torch::nn::Conv2d& one) {
    torch::nn::init::zeros_(one->weight);
    torch::nn::init::zeros_(one->bias);
  };
  in = register_module("in", conv(2 * kViews, width_, 1, 5, 1));
  convs = register_module("convs", torch::nn::ModuleList());
  mixes = register_module("mixes", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < s.finish_blocks; ++i) {
    convs->push_back(conv(width_, width_, 3, 3, std::int64_t{1} << i));
    auto mix = conv(width_, width_, 1, 1, 1);
    silent(mix);
    mixes->push_back(mix);
  }
  film = register_module("film", torch::nn::Linear(s.embedding, 2 * width_ * (s.finish_blocks + 1)));
  out = register_module("out", conv(width_, 2 * kMade, 1, 1, 1));
  place = register_parameter("place", torch::zeros({1, width_, 1, s.bands}));
  zero(film);
  silent(out);
}

std::int64_t FinisherImpl::look_back() const { return 4 * ((std::int64_t{1} << convs->size()) - 1); }

torch::Tensor FinisherImpl::forward(const torch::Tensor& estimate, const torch::Tensor& rung, const torch::Tensor& content,
                                    const torch::Tensor& content_rung, const Style& style) {
  const std::int64_t batch = estimate.size(0), frames = estimate.size(1), bands = estimate.size(2);
  const auto above = torch::relu(rung - estimate.repeat({1, 1, 2})), content_above = torch::relu(content_rung - content.repeat({1, 1, 2}));
  const auto seen = padded_to(torch::cat({estimate, above, content, content_above}, -1), 2);
  const std::int64_t steps = seen.size(1) / 2;  // of two frames
  const auto views = seen.reshape({batch, steps, 2, kViews, bands}).permute({0, 3, 2, 1, 4}).reshape({batch, 2 * kViews, steps, bands});
  const auto films = film->forward(torch::silu(style.vector)).reshape({batch, -1, 2, width_, 1, 1}).unbind(1);
  const auto styled = [&](std::size_t i, const torch::Tensor& x) { return torch::silu(torch::addcmul(films[i].select(1, 1), x, 1 + films[i].select(1, 0))); };
  auto h = in->forward(views.contiguous(torch::MemoryFormat::ChannelsLast)) + place;
  for (std::size_t i = 0; i < convs->size(); ++i) {
    const auto now = styled(i, h);
    const auto silence = torch::zeros({batch, width_, std::int64_t{2} << i, bands}, now.options()).contiguous(torch::MemoryFormat::ChannelsLast);
    const auto past = torch::cat({silence, now}, 2);  // quicker than padding
    h = h + mixes[i]->as<torch::nn::Conv2d>()->forward(torch::silu(convs[i]->as<torch::nn::Conv2d>()->forward(past)));
  }
  const auto made = out->forward(styled(convs->size(), h)).to(estimate.dtype()).reshape({batch, kMade, 2, steps, bands}).permute({1, 0, 3, 2, 4});
  const auto parts = made.reshape({kMade, batch, 2 * steps, bands}).narrow(2, 0, frames).unbind(0);
  return estimate + parts[0] + parts[1] * above.narrow(-1, 0, bands) + parts[2] * above.narrow(-1, bands, bands);
}

}  // namespace luthier::studio
