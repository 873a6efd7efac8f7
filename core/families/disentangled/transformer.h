#pragma once
#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

/// Transformer layers as PyTorch's nn.TransformerEncoderLayer and nn.TransformerDecoderLayer (LibTorch has no pre-norm decoder),
/// with their state names. Sequences are [batch, section, channel].
namespace luthier::disentangled {

struct TransformerOptions {
  std::int64_t width = 256, heads = 4, layers = 4, feed_forward = 1024;
  double dropout = 0.1;
};

/// Multi-head attention (Vaswani et al. 2017). State: in_proj_weight [3 width, width], in_proj_bias, out_proj.
class AttentionImpl : public torch::nn::Module {
 public:
  explicit AttentionImpl(const TransformerOptions& options);
  /// query [batch, q, width], memory [batch, m, width] -> [batch, q, width]. `causal`: query i sees memory 0 … i.
  torch::Tensor forward(const torch::Tensor& query, const torch::Tensor& memory, bool causal = false);

 private:
  std::int64_t heads_;
  double dropout_;
  torch::Tensor in_proj_weight_, in_proj_bias_;
  torch::nn::Linear out_proj_ = nullptr;
};
TORCH_MODULE(Attention);

/// Post-norm, ReLU. State: self_attn, linear1, linear2, norm1, norm2.
class EncoderLayerImpl : public torch::nn::Module {
 public:
  explicit EncoderLayerImpl(const TransformerOptions& options);
  torch::Tensor forward(torch::Tensor x);

 private:
  double dropout_;
  Attention self_attn_ = nullptr;
  torch::nn::Linear linear1_ = nullptr, linear2_ = nullptr;
  torch::nn::LayerNorm norm1_ = nullptr, norm2_ = nullptr;
};
TORCH_MODULE(EncoderLayer);

/// Pre-norm, ReLU, causal self-attention, then attention to a memory. State: self_attn, multihead_attn, linear1, linear2, norm1,
/// norm2, norm3.
class DecoderLayerImpl : public torch::nn::Module {
 public:
  explicit DecoderLayerImpl(const TransformerOptions& options);
  torch::Tensor forward(torch::Tensor x, const torch::Tensor& memory);

 private:
  double dropout_;
  Attention self_attn_ = nullptr, multihead_attn_ = nullptr;
  torch::nn::Linear linear1_ = nullptr, linear2_ = nullptr;
  torch::nn::LayerNorm norm1_ = nullptr, norm2_ = nullptr, norm3_ = nullptr;
};
TORCH_MODULE(DecoderLayer);

/// Sinusoidal positions, sine and cosine interleaved: [section, width]. A constant.
torch::Tensor positions(std::int64_t sections, std::int64_t width, torch::Device device);

}  // namespace luthier::disentangled
