#pragma once
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/linear.h>

#include <vector>

#include "core/families/vocoding.h"
#include "core/nn/conv.h"

namespace luthier::guidediff {

struct Settings {
  VocoderSound sound{"log_mel", 16000, 2048, 256, 192, 32, ""};
  // network
  std::int64_t patch = 64, width = 384, blocks = 10, expansion = 3, embedding = 128;
  // training
  std::int64_t steps = 60000, batch = 32, warmup = 500;
  double learning_rate = 5e-4, weight_decay = 1e-3, terminal_share = 0.15, spectral_loss = 0.2, quietest = 0.3;
  std::int64_t validation_steps = 6;
  bool mixed_precision = true;

  template <class V>
  void describe(V& v) {
    sound.describe(v);
    v.group("Network");
    v.number("patch", patch, 4, 1024, "samples", "Samples that the network sees as one place; must divide the hop.");
    v.number("width", width, 16, 2048, "channels", "Width of the network.");
    v.number("blocks", blocks, 1, 48, "blocks", "Residual blocks; dilations 1, 2, 4, 8 in turn.");
    v.number("expansion", expansion, 1, 8, "", "Inner width of a block as a multiple of the width.");
    v.number("embedding", embedding, 8, 1024, "values", "Size of the noise level's embedding.");
    v.group("Training");
    v.number("steps", steps, 1, 10000000, "steps", "Optimiser steps.");
    v.number("batch", batch, 1, 4096, "crops", "Crops in one step.");
    v.number("learning_rate", learning_rate, 1e-7, 1, "", "Largest step size; warm-up and cosine decay around it.");
    v.number("weight_decay", weight_decay, 0, 1, "", "Decay of the weights in AdamW.");
    v.number("warmup", warmup, 0, 100000, "steps", "Steps until the largest step size.");
    v.number("terminal_share", terminal_share, 0, 1, "", "Share of draws at pure noise, where sampling starts.");
    v.number("spectral_loss", spectral_loss, 0, 100, "", "Weight of the mel distance of the clean estimate beside the error in v.");
    v.number("quietest", quietest, 0.01, 1, "", "Crops are played at a random level between this and 1 (log10_mel).");
    v.number("validation_steps", validation_steps, 1, 250, "steps", "Sampling steps when measured.");
    v.toggle("mixed_precision", mixed_precision, "bfloat16 arithmetic on a CUDA device.");
  }
};

/// One residual block over places: depthwise convolution of kernel 7, LayerNorm, FiLM by the noise level, two linear layers
/// (ConvNeXt, Liu et al. 2022); starts as the identity.
class BlockImpl : public torch::nn::Module {
 public:
  BlockImpl(const Settings& settings, std::int64_t dilation);
  /// x, guide: [batch, width, place]; level: [batch, embedding]
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& guide, const torch::Tensor& level);

 private:
  nn::Conv depthwise_ = nullptr, guide_ = nullptr, in_ = nullptr, out_ = nullptr;
  torch::nn::Linear film_ = nullptr;
};
TORCH_MODULE(Block);

/// Predicts v of a sound in patches, guided by its mel spectrogram. The sound is first divided by the envelope that the
/// spectrogram tells (a diagonal prior, as PriorGrad's; Lee et al. 2022), so that loud and quiet places are alike.
class DecoderImpl : public torch::nn::Module {
 public:
  explicit DecoderImpl(const Settings& settings);
  /// noisy: [batch, sample] (whitened), features: [batch, band, frame], time: [batch] in [0, 1] -> v [batch, sample].
  torch::Tensor forward(const torch::Tensor& noisy, const torch::Tensor& features, const torch::Tensor& time);
  /// [batch, frame * hop]: the loudness over time that the features tell; fitted by fit_envelope().
  torch::Tensor envelope(const torch::Tensor& features) const;
  /// Makes samples / envelope have RMS 1 on average.
  void fit_envelope(const VocoderBatch& batch);

 private:
  torch::Tensor normalised(const torch::Tensor& features) const;
  Settings settings_;
  nn::Conv enter_ = nullptr, guide_ = nullptr, leave_ = nullptr;
  torch::nn::Linear time1_ = nullptr, time2_ = nullptr;
  std::vector<Block> blocks_;
  torch::Tensor gain_, mean_, deviation_;  ///< buffers: envelope's factor; of the features
};
TORCH_MODULE(Decoder);

/// DDIM from noise (Song et al. 2021) on the cosine schedule with zero terminal SNR: `steps` evaluations.
/// noise: [batch, frame * hop]; returns samples of the same shape. `keep_going` is asked before every step; false: throws
/// Cancelled.
torch::Tensor sample(DecoderImpl& decoder, const torch::Tensor& features, const torch::Tensor& noise, std::int64_t steps,
                     const std::function<bool()>& keep_going);

}  // namespace luthier::guidediff
