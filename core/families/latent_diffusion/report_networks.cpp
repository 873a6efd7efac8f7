#include "core/families/latent_diffusion/report_networks.h"

#include <torch/torch.h>

#include <cmath>

namespace luthier::report {
namespace nn = torch::nn;
namespace {

nn::Conv2d conv(std::int64_t in, std::int64_t out, std::int64_t stride) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, 3).stride(stride).padding(1));
}

nn::ConvTranspose2d up_conv(std::int64_t in, std::int64_t out) {
  return nn::ConvTranspose2d(nn::ConvTranspose2dOptions(in, out, 3).stride(2).padding(1).output_padding(1));
}

nn::ConvTranspose2d decoder_conv(std::int64_t in, std::int64_t out) {
  return nn::ConvTranspose2d(nn::ConvTranspose2dOptions(in, out, 4).stride(2).padding(1));
}

}  // namespace

SpectrogramEncoderImpl::SpectrogramEncoderImpl(std::int64_t width, std::int64_t latent)
    : encoder_(conv(1, width, 2), nn::BatchNorm2d(width), nn::ReLU(), conv(width, 2 * width, 2), nn::BatchNorm2d(2 * width),
               nn::ReLU(), conv(2 * width, latent, 2), nn::BatchNorm2d(latent)) {
  register_module("encoder", encoder_);
}

torch::Tensor SpectrogramEncoderImpl::forward(const torch::Tensor& picture) { return encoder_->forward(picture); }

SpectrogramDecoderImpl::SpectrogramDecoderImpl(std::int64_t width, std::int64_t latent)
    : decoder_(decoder_conv(latent, 2 * width), nn::BatchNorm2d(2 * width), nn::ReLU(), decoder_conv(2 * width, width),
               nn::BatchNorm2d(width), nn::ReLU(), decoder_conv(width, 1), nn::Tanh()) {
  register_module("decoder", decoder_);
}

torch::Tensor SpectrogramDecoderImpl::forward(const torch::Tensor& latent) { return (decoder_->forward(latent) + 1) / 2; }

StyleEncoderImpl::StyleEncoderImpl(std::int64_t width)
    : enc1_(register_module("enc1", conv(1, width, 2))),
      enc2_(register_module("enc2", conv(width, 2 * width, 2))),
      enc3_(register_module("enc3", conv(2 * width, 4 * width, 2))),
      enc4_(register_module("enc4", conv(4 * width, 4 * width, 2))),
      enc5_(register_module("enc5", conv(4 * width, 4 * width, 2))),
      enc6_(register_module("enc6", conv(4 * width, 8 * width, 2))) {}

StyleMaps StyleEncoderImpl::forward(const torch::Tensor& picture) {
  auto map = torch::relu(enc1_(picture));
  map = torch::relu(enc2_(map));
  map = torch::relu(enc3_(map));
  map = torch::relu(enc4_(map));
  StyleMaps style;
  style.s5 = torch::relu(enc5_(map));
  style.s6 = torch::relu(enc6_(style.s5));
  return style;
}

CrossAttentionImpl::CrossAttentionImpl(std::int64_t channels, std::int64_t heads)
    : heads_(heads),
      in_proj_weight_(register_parameter("in_proj_weight", torch::empty({3 * channels, channels}))),
      in_proj_bias_(register_parameter("in_proj_bias", torch::zeros({3 * channels}))),
      out_proj_(register_module("out_proj", nn::Linear(channels, channels))) {
  nn::init::xavier_uniform_(in_proj_weight_);
  nn::init::zeros_(out_proj_->bias);
}

torch::Tensor CrossAttentionImpl::forward(const torch::Tensor& query_map, const torch::Tensor& style_map) {
  const std::int64_t batch = query_map.size(0), channels = query_map.size(1);
  const auto weights = in_proj_weight_.chunk(3), biases = in_proj_bias_.chunk(3);
  const auto heads_of = [&](const torch::Tensor& map, std::size_t which) {
    const auto tokens = torch::linear(map.flatten(2).transpose(1, 2), weights[which], biases[which]);
    return tokens.reshape({batch, -1, heads_, channels / heads_}).transpose(1, 2);
  };
  const auto mixed = at::scaled_dot_product_attention(heads_of(query_map, 0), heads_of(style_map, 1), heads_of(style_map, 2));
  const auto out = out_proj_(mixed.transpose(1, 2).reshape({batch, -1, channels}));
  return out.transpose(1, 2).reshape(query_map.sizes());
}

torch::Tensor time_embedding(const torch::Tensor& time, std::int64_t dimensions) {
  const std::int64_t half = dimensions / 2;
  const double step = half > 1 ? std::log(10000.0) / static_cast<double>(half - 1) : 0.0;
  const auto frequencies = torch::exp(torch::arange(half, torch::dtype(torch::kFloat).device(time.device())) * -step);
  const auto angles = time.to(torch::kFloat).unsqueeze(1) * frequencies.unsqueeze(0);
  return torch::cat({angles.sin(), angles.cos()}, 1);
}

UNetImpl::UNetImpl(std::int64_t width, std::int64_t latent)
    : time_dimensions_(2 * width),  // added to a map of 2 w channels; 128 as published
      time1_(register_module("time1", nn::Linear(time_dimensions_, time_dimensions_))),
      time2_(register_module("time2", nn::Linear(time_dimensions_, time_dimensions_))),
      enc1_(register_module("enc1", conv(latent, width, 1))),
      enc2_(register_module("enc2", conv(width, 2 * width, 2))),
      enc3_(register_module("enc3", conv(2 * width, 4 * width, 2))),
      enc4_(register_module("enc4", conv(4 * width, 8 * width, 2))),
      bottleneck_(register_module("bottleneck", conv(8 * width, 8 * width, 1))),
      dec4_(register_module("dec4", up_conv(8 * width, 4 * width))),
      dec3_(register_module("dec3", up_conv(4 * width, 2 * width))),
      dec2_(register_module("dec2", up_conv(2 * width, width))),
      dec1_(register_module("dec1", conv(width, latent, 1))),
      attention3_(register_module("attention3", CrossAttention(4 * width))),
      attention4_(register_module("attention4", CrossAttention(8 * width))) {}

torch::Tensor UNetImpl::forward(const torch::Tensor& noisy, const torch::Tensor& time, const StyleMaps& style) {
  const auto t = time2_(torch::gelu(time1_(time_embedding(time, time_dimensions_)))).unsqueeze(2).unsqueeze(3);
  const auto z1 = torch::relu(enc1_(noisy));
  const auto z2 = torch::relu(enc2_(z1)) + t;
  const auto z3 = torch::relu(enc3_(z2));
  const auto z4 = torch::relu(enc4_(attention3_(z3, style.s5)));
  auto up = torch::relu(bottleneck_(attention4_(z4, style.s6)));
  up = torch::relu(dec4_(up)) + z3;
  up = torch::relu(dec3_(up)) + z2;
  up = torch::relu(dec2_(up)) + z1;
  return dec1_(up);
}

Networks::Networks(const ReportSettings& s, torch::Device device)
    : encoder(s.width, s.latent_channels), decoder(s.width, s.latent_channels), style_encoder(s.width), unet(s.width, s.latent_channels) {
  encoder->to(device);
  decoder->to(device);
  style_encoder->to(device);
  unet->to(device);
}

void Networks::eval() {
  encoder->eval();
  decoder->eval();
  style_encoder->eval();
  unet->eval();
}

std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

}  // namespace luthier::report
