#include "core/families/disentangled/transformer.h"

#include <torch/torch.h>

#include <cmath>

namespace luthier::disentangled {
namespace {

torch::nn::LayerNorm layer_norm(std::int64_t width) { return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})); }

}  // namespace

AttentionImpl::AttentionImpl(const TransformerOptions& o) : heads_(o.heads), dropout_(o.dropout) {
  in_proj_weight_ = register_parameter("in_proj_weight", torch::empty({3 * o.width, o.width}));
  torch::nn::init::xavier_uniform_(in_proj_weight_);
  in_proj_bias_ = register_parameter("in_proj_bias", torch::zeros({3 * o.width}));
  out_proj_ = register_module("out_proj", torch::nn::Linear(o.width, o.width));
  torch::nn::init::zeros_(out_proj_->bias);
}

torch::Tensor AttentionImpl::forward(const torch::Tensor& query, const torch::Tensor& memory, bool causal) {
  const std::int64_t batch = query.size(0), width = query.size(2), each = width / heads_;
  const auto project = [&](const torch::Tensor& x, std::int64_t part) {
    return torch::linear(x, in_proj_weight_.narrow(0, part * width, width), in_proj_bias_.narrow(0, part * width, width))
        .reshape({batch, x.size(1), heads_, each})
        .transpose(1, 2);
  };
  auto scores = torch::matmul(project(query, 0), project(memory, 1).transpose(2, 3)) / std::sqrt(static_cast<double>(each));
  if (causal) {
    const auto later = torch::ones({query.size(1), memory.size(1)}, torch::TensorOptions(torch::kBool).device(query.device())).triu(1);
    scores = scores.masked_fill(later, -std::numeric_limits<double>::infinity());
  }
  const auto weights = torch::dropout(torch::softmax(scores, -1), dropout_, is_training());
  return out_proj_->forward(torch::matmul(weights, project(memory, 2)).transpose(1, 2).reshape({batch, query.size(1), width}));
}

EncoderLayerImpl::EncoderLayerImpl(const TransformerOptions& o) : dropout_(o.dropout) {
  self_attn_ = register_module("self_attn", Attention(o));
  linear1_ = register_module("linear1", torch::nn::Linear(o.width, o.feed_forward));
  linear2_ = register_module("linear2", torch::nn::Linear(o.feed_forward, o.width));
  norm1_ = register_module("norm1", layer_norm(o.width));
  norm2_ = register_module("norm2", layer_norm(o.width));
}

torch::Tensor EncoderLayerImpl::forward(torch::Tensor x) {
  const auto drop = [&](const torch::Tensor& t) { return torch::dropout(t, dropout_, is_training()); };
  x = norm1_->forward(x + drop(self_attn_->forward(x, x)));
  return norm2_->forward(x + drop(linear2_->forward(drop(torch::relu(linear1_->forward(x))))));
}

DecoderLayerImpl::DecoderLayerImpl(const TransformerOptions& o) : dropout_(o.dropout) {
  self_attn_ = register_module("self_attn", Attention(o));
  multihead_attn_ = register_module("multihead_attn", Attention(o));
  linear1_ = register_module("linear1", torch::nn::Linear(o.width, o.feed_forward));
  linear2_ = register_module("linear2", torch::nn::Linear(o.feed_forward, o.width));
  norm1_ = register_module("norm1", layer_norm(o.width));
  norm2_ = register_module("norm2", layer_norm(o.width));
  norm3_ = register_module("norm3", layer_norm(o.width));
}

torch::Tensor DecoderLayerImpl::forward(torch::Tensor x, const torch::Tensor& memory) {
  const auto drop = [&](const torch::Tensor& t) { return torch::dropout(t, dropout_, is_training()); };
  auto y = norm1_->forward(x);
  x = x + drop(self_attn_->forward(y, y, /*causal=*/true));
  x = x + drop(multihead_attn_->forward(norm2_->forward(x), memory));
  y = norm3_->forward(x);
  return x + drop(linear2_->forward(drop(torch::relu(linear1_->forward(y)))));
}

torch::Tensor positions(std::int64_t sections, std::int64_t width, torch::Device device) {
  const auto place = torch::arange(sections, torch::kDouble).unsqueeze(1);
  const auto rate = torch::exp(torch::arange(0, width, 2, torch::kDouble) * (-std::log(10000.0) / static_cast<double>(width)));
  const auto angle = place * rate;
  return torch::stack({torch::sin(angle), torch::cos(angle)}, 2).reshape({sections, -1}).narrow(1, 0, width).to(torch::kFloat).to(device);
}

}  // namespace luthier::disentangled
