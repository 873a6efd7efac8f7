#pragma once
#include <torch/torch.h>

#include <vector>

#include "core/families/latent_diffusion/studio_settings.h"

/// Networks of the studio system. Sequences are [batch, frame, channel] throughout: bands are channels, so a convolution over
/// time mixes all frequencies, and a kernel of three is one matrix product of three shifted copies.
namespace luthier::studio {

/// Convolution of width 3 with dilation over frames, [batch, frame, in] -> [batch, frame, out], zero padded.
class Conv3Impl : public torch::nn::Module {
 public:
  Conv3Impl(std::int64_t in, std::int64_t out, std::int64_t dilation = 1);
  torch::Tensor forward(const torch::Tensor& x);
  torch::nn::Linear linear{nullptr};

 private:
  std::int64_t dilation_;
};
TORCH_MODULE(Conv3);

/// LayerNorm, scale and shift by the embedding (FiLM), Conv3, SiLU, Linear from zero, added to the input.
class FilmBlockImpl : public torch::nn::Module {
 public:
  FilmBlockImpl(std::int64_t width, std::int64_t embedding, std::int64_t dilation);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& embedding);
  torch::nn::Linear film{nullptr}, out{nullptr};
  Conv3 conv{nullptr};
};
TORCH_MODULE(FilmBlock);

/// The same without an embedding, for the autoencoder and the style encoder.
class PlainBlockImpl : public torch::nn::Module {
 public:
  PlainBlockImpl(std::int64_t width, std::int64_t dilation);
  torch::Tensor forward(const torch::Tensor& x);
  torch::nn::LayerNorm norm{nullptr};
  torch::nn::Linear out{nullptr};
  Conv3 conv{nullptr};
};
TORCH_MODULE(PlainBlock);

/// Latents look at the style tokens; residual, its output starts at zero.
class StyleAttentionImpl : public torch::nn::Module {
 public:
  StyleAttentionImpl(std::int64_t width, std::int64_t token_width, std::int64_t heads);
  /// x [batch, frame, width], tokens [batch, token, token_width]
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& tokens);
  torch::nn::LayerNorm norm{nullptr};
  torch::nn::Linear query{nullptr}, key_value{nullptr}, out{nullptr};

 private:
  std::int64_t heads_;
};
TORCH_MODULE(StyleAttention);

/// Normalised log-mel [batch, frame, band] <-> latent [batch, ceil(frame / patch), latent]. A linear path by principal
/// components of patches, partially whitened, and a residual network on either side that starts at zero.
class AutoencoderImpl : public torch::nn::Module {
 public:
  explicit AutoencoderImpl(const StudioSettings& settings);
  /// Normalised features from ln mel: per-band mean, one deviation.
  torch::Tensor normalise(const torch::Tensor& log_mel) const { return (log_mel - band_mean) / deviation; }
  torch::Tensor denormalise(const torch::Tensor& features) const { return features * deviation + band_mean; }
  torch::Tensor encode(const torch::Tensor& features);
  /// The residual's modules on the way there and back; none for a linear autoencoder.
  std::vector<torch::nn::Module*> encoder();
  std::vector<torch::nn::Module*> decoder();
  /// -> [batch, frames, band]
  torch::Tensor decode(const torch::Tensor& latent, std::int64_t frames);
  /// Sets band_mean, deviation and the linear path from log-mel crops [batch, frame, band]; frame divides by patch.
  void fit(const torch::Tensor& log_mel);
  /// One scale so that latents have deviation 1 over these features.
  void fit_scale(const torch::Tensor& features);

  torch::Tensor band_mean, deviation;   ///< buffers [band], []
  torch::Tensor mean, basis, gain, scale;  ///< buffers [patch * band], [patch * band, latent], [latent], []
  torch::nn::ModuleList encode_blocks{nullptr}, decode_blocks{nullptr};
  Conv3 encode_in{nullptr}, decode_in{nullptr};
  torch::nn::Linear encode_out{nullptr}, decode_out{nullptr};

 private:
  torch::Tensor patches(const torch::Tensor& features) const;
  std::int64_t patch_, bands_, latent_;
  double whitening_;
  bool residual_, pca_;
};
TORCH_MODULE(Autoencoder);

struct Style {
  torch::Tensor vector;  ///< [batch, embedding]
  torch::Tensor tokens;  ///< [batch, token, style_width]
};

/// A clip's style by example: convolutions over time, then learned queries pool tokens, and a mean gives the vector.
class StyleEncoderImpl : public torch::nn::Module {
 public:
  explicit StyleEncoderImpl(const StudioSettings& settings);
  /// features [batch, frame, band], any number of frames
  Style forward(const torch::Tensor& features);
  /// What stands for "no style" in guidance.
  Style none(std::int64_t batch);
  Conv3 in{nullptr};
  torch::nn::ModuleList blocks{nullptr};
  torch::nn::Linear down1{nullptr}, down2{nullptr}, key{nullptr}, value{nullptr}, vector{nullptr};
  torch::nn::LayerNorm norm{nullptr};
  torch::Tensor queries, no_vector, no_tokens;  ///< parameters [token, width], [embedding], [token, width]
};
TORCH_MODULE(StyleEncoder);

/// U-Net over latent frames at two rates. Input: noisy latent beside the clean content latent; output: v (for
/// regression at z = 0 and time 1, where v is the latent with its sign turned).
class DenoiserImpl : public torch::nn::Module {
 public:
  explicit DenoiserImpl(const StudioSettings& settings);
  /// z [batch, frame, latent]; content [batch, frame, latent], with `content_memory` 3 * latent: what rings on by two rates
  /// follows (Networks::encoded). time [batch] in [0, 1], 1 = pure noise.
  torch::Tensor forward(const torch::Tensor& z, const torch::Tensor& content, const torch::Tensor& time, const Style& style);

  Conv3 in{nullptr}, memory{nullptr};  ///< memory: from zero; empty without `content_memory`
  torch::nn::Linear time1{nullptr}, time2{nullptr}, down{nullptr}, up{nullptr}, merge{nullptr}, out{nullptr};
  torch::nn::ModuleList before{nullptr}, deep{nullptr}, after{nullptr};
  torch::nn::ModuleList attention{nullptr};
  torch::nn::LayerNorm norm{nullptr};
  /// [embedding] -> gains [2 * latent] of z and of the content in the output, from zero: little noise is best taken out by a
  /// linear step, and the norm before `out` lets none through. Empty without `latent_skips`.
  torch::nn::Linear skips{nullptr};

 private:
  torch::Tensor embed(const torch::Tensor& time, const Style& style);
  bool film_, cross_attention_, content_channels_;
  std::int64_t embedding_, latent_;
};
TORCH_MODULE(Denoiser);

/// What of a sound would still ring if nothing were damped: each band holds the highest level that it has kept for a while (so that
/// attacks, which fill all bands, leave nothing), falling by `decay` a frame. features [batch, frame, band] and `decay` in one unit
/// of a logarithm -> the same shape. Frame t depends on frames up to t alone.
torch::Tensor ringing_on(const torch::Tensor& features, double decay);

/// Adds to a decoded estimate what the latent's grid and its few channels lost, from the content's own frames; starts at zero.
class RefinerImpl : public torch::nn::Module {
 public:
  explicit RefinerImpl(const StudioSettings& settings);
  /// decoded, content: normalised log-mel [batch, frame, band] -> the same shape.
  torch::Tensor forward(const torch::Tensor& decoded, const torch::Tensor& content, const Style& style);
  Conv3 in{nullptr};
  torch::nn::ModuleList blocks{nullptr};
  torch::nn::LayerNorm norm{nullptr};
  torch::nn::Linear out{nullptr};

 private:
  std::int64_t bands_;
};
TORCH_MODULE(Refiner);

/// Goes over an estimate in two dimensions: the same weights for every band, a window of a few bands, and blocks that look back over
/// time by 2, 4, 8 … steps of two frames. Beside the estimate it sees what of it, and of the content, would still ring if nothing were
/// damped; it adds to it, and mixes in what rings. Where a harp's note goes on after the content's has ended is a matter of one band and
/// its past, so this learns from few notes what a layer over all bands does not from many. Frame t depends on frames up to t + 1; it
/// starts without effect.
class FinisherImpl : public torch::nn::Module {
 public:
  explicit FinisherImpl(const StudioSettings& settings);
  /// estimate, content: normalised log-mel [batch, frame, band]; rung: each as it rings on, slowly and quickly falling,
  /// [batch, frame, 2 * band] (Networks::ringing) -> the estimate, finished.
  torch::Tensor forward(const torch::Tensor& estimate, const torch::Tensor& rung, const torch::Tensor& content, const torch::Tensor& content_rung,
                        const Style& style);
  /// Frames before frame t that its result may depend on; even.
  std::int64_t look_back() const;
  torch::nn::Conv2d in{nullptr}, out{nullptr};
  torch::nn::ModuleList convs{nullptr}, mixes{nullptr};
  torch::nn::Linear film{nullptr};
  torch::Tensor place;  ///< parameter [1, width, 1, band]: where on the frequency axis a band lies

 private:
  std::int64_t width_;
};
TORCH_MODULE(Finisher);

/// Cosine schedule with zero terminal SNR: z = alpha x + sigma e, alpha = cos(pi t / 2), sigma = sin(pi t / 2).
/// v = alpha e - sigma x (Salimans and Ho 2022), so x = alpha z - sigma v and e = sigma z + alpha v.
torch::Tensor alpha_of(const torch::Tensor& time);
torch::Tensor sigma_of(const torch::Tensor& time);

}  // namespace luthier::studio
