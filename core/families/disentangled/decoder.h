#pragma once
#include <torch/nn/modules/container/sequential.h>

#include <functional>
#include <memory>

#include "core/families/disentangled/encoders.h"

namespace luthier::disentangled {

/// A section's STFT as a vector and back. [batch, section, 2, frame, bin] <-> [batch, section, embedding]; bins of the STFT only.
class SectionCodecImpl : public torch::nn::Module {
 public:
  virtual torch::Tensor encode(const torch::Tensor& sections) = 0;
  virtual torch::Tensor decode(const torch::Tensor& vectors) = 0;
};

/// Writes a sound section by section from its content and a style: a causal transformer whose memory is content and style.
/// 155,405,886 values with the linear codec (294,462 numbers of a section to 256 and back), 4,732,651 with the CNN.
/// State: codec, start_token, content_project, style_project, input_norm, layers.N, output_norm.
class DecoderImpl : public torch::nn::Module {
 public:
  explicit DecoderImpl(const Settings& settings);

  /// Teacher forcing: section i is made from `given`'s sections before i (its last is not looked at). content [batch, section,
  /// embedding], style [batch, embedding], given [batch, section, 2, frame, bin] -> the same shape as `given`.
  torch::Tensor forward(const torch::Tensor& content, const torch::Tensor& style, const torch::Tensor& given);
  /// Writes sections one after another, each from those it wrote before, through the very same layers as forward(): what goes
  /// back in is the section that came out, encoded (the original fed back the vector itself, without its norm, which it had
  /// never seen in training). `given` [batch, n, 2, frame, bin] (n >= 0; may be undefined) are sections that exist already; the
  /// result has them in front. `keep_going` is asked before every section; false ends with what there is.
  torch::Tensor generate(const torch::Tensor& content, const torch::Tensor& style, const torch::Tensor& given,
                         const std::function<bool(std::int64_t section)>& keep_going = {});

 private:
  torch::Tensor memory(const torch::Tensor& content, const torch::Tensor& style);
  torch::Tensor sequence(const torch::Tensor& earlier, const torch::Tensor& memory);
  std::int64_t window_, bins_;
  double dropout_;
  bool content_in_place_;
  std::shared_ptr<SectionCodecImpl> codec_;
  torch::Tensor start_token_;
  torch::nn::Linear content_project_ = nullptr, style_project_ = nullptr;
  torch::nn::LayerNorm input_norm_ = nullptr, output_norm_ = nullptr;
  torch::nn::ModuleList layers_;
};
TORCH_MODULE(Decoder);

}  // namespace luthier::disentangled
