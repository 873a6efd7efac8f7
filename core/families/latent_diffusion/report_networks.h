#pragma once
#include <torch/nn/module.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>

#include <cstdint>

#include "core/families/latent_diffusion/report_settings.h"

/// The four networks of the report system, for pictures [batch, 1, 128, 128] (bands, frames) in [0, 1]. Other sizes divisible
/// by 64 work too, while picture and style have one size. State-dict names are those of the published checkpoints where these
/// are known (encoder.encoder.N, decoder.decoder.N, style_encoder.encK, unet.encK/decK). w stands for `width` (64 as published).
namespace luthier::report {

inline constexpr std::int64_t kPicture = 128;       ///< bands and frames of a picture
inline constexpr std::int64_t kLatentStride = 8;    ///< picture cells per latent cell, on both axes

/// Conv 1->w, w->2w, 2w->latent, all k3 s2 p1 with bias; batch norm after each; ReLU after the first two.
/// [batch, 1, 128, 128] -> [batch, latent, 16, 16], about unit variance per channel. 111,840 parameters.
class SpectrogramEncoderImpl : public torch::nn::Module {
 public:
  SpectrogramEncoderImpl(std::int64_t width, std::int64_t latent);
  torch::Tensor forward(const torch::Tensor& picture);

 private:
  torch::nn::Sequential encoder_;
};
TORCH_MODULE(SpectrogramEncoder);

/// ConvTranspose latent->2w, 2w->w, w->1, all k4 s2 p1 with bias; batch norm and ReLU after the first two; tanh, mapped to
/// [0, 1] by (y + 1) / 2 (the one range for both phases). [batch, latent, 16, 16] -> [batch, 1, 128, 128]. 198,209 parameters.
class SpectrogramDecoderImpl : public torch::nn::Module {
 public:
  SpectrogramDecoderImpl(std::int64_t width, std::int64_t latent);
  torch::Tensor forward(const torch::Tensor& latent);

 private:
  torch::nn::Sequential decoder_;
};
TORCH_MODULE(SpectrogramDecoder);

/// The two maps of a style picture that the U-Net attends to.
struct StyleMaps {
  torch::Tensor s5;  ///< [batch, 4w, 4, 4]
  torch::Tensor s6;  ///< [batch, 8w, 2, 2]
};

/// Conv 1->w->2w->4w->4w->4w->8w, k3 s2 p1 with bias, ReLU after each, no norm. 2,729,984 parameters.
class StyleEncoderImpl : public torch::nn::Module {
 public:
  explicit StyleEncoderImpl(std::int64_t width);
  StyleMaps forward(const torch::Tensor& picture);

 private:
  torch::nn::Conv2d enc1_, enc2_, enc3_, enc4_, enc5_, enc6_;
};
TORCH_MODULE(StyleEncoder);

/// Multi-head attention with 4 heads: the query is a U-Net map, keys and values a style map of the same channel count; tokens
/// are pixels. Parameters are named and laid out as in torch's MultiheadAttention (in_proj_weight [3c, c], in_proj_bias,
/// out_proj). [batch, c, h, w] x [batch, c, h', w'] -> [batch, c, h, w].
class CrossAttentionImpl : public torch::nn::Module {
 public:
  explicit CrossAttentionImpl(std::int64_t channels, std::int64_t heads = 4);
  torch::Tensor forward(const torch::Tensor& query_map, const torch::Tensor& style_map);

 private:
  std::int64_t heads_;
  torch::Tensor in_proj_weight_, in_proj_bias_;
  torch::nn::Linear out_proj_;
};
TORCH_MODULE(CrossAttention);

/// Sinusoidal embedding of raw whole time steps: `dimensions` / 2 frequencies exp(-ln(10000) i / (dimensions / 2 - 1)), sines
/// then cosines (not interleaved). time [batch] -> [batch, dimensions].
torch::Tensor time_embedding(const torch::Tensor& time, std::int64_t dimensions);

/// Predicts the noise in a latent. Time enters once, after enc2; attention output replaces the features at 4 x 4 and 2 x 2.
/// [batch, latent, 16, 16], time [batch] int64, style -> [batch, latent, 16, 16]. 6,841,504 parameters, of which 1,313,792 in
/// the attentions and 33,024 in the time MLP.
class UNetImpl : public torch::nn::Module {
 public:
  UNetImpl(std::int64_t width, std::int64_t latent);
  torch::Tensor forward(const torch::Tensor& noisy, const torch::Tensor& time, const StyleMaps& style);

 private:
  std::int64_t time_dimensions_;
  torch::nn::Linear time1_, time2_;
  torch::nn::Conv2d enc1_, enc2_, enc3_, enc4_, bottleneck_;
  torch::nn::ConvTranspose2d dec4_, dec3_, dec2_;
  torch::nn::Conv2d dec1_;
  CrossAttention attention3_, attention4_;
};
TORCH_MODULE(UNet);

/// All four on one device.
struct Networks {
  SpectrogramEncoder encoder{nullptr};
  SpectrogramDecoder decoder{nullptr};
  StyleEncoder style_encoder{nullptr};
  UNet unet{nullptr};

  Networks(const ReportSettings& settings, torch::Device device);
  void eval();
};

/// Number of trainable values.
std::int64_t parameter_count(const torch::nn::Module& module);

}  // namespace luthier::report
