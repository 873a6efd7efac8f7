#pragma once
#include <torch/nn/modules/container/any.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "core/families/disentangled/disentangled_settings.h"
#include "core/families/disentangled/transformer.h"
#include "core/nn/conv.h"

/// A sound is [batch, section, real and imaginary 2, frame, bin]: normalised STFT bins, then constant-Q bins. Every section
/// becomes one vector, and a transformer looks at all sections.
namespace luthier::disentangled {

/// relu(norm(conv3(relu(norm(conv3, half size)))) + instance_norm(conv1, half size)); spectrally normalised convolutions with
/// bias. [batch, in, frame, bin] -> [batch, out, ceil(frame / 2), ceil(bin / 2)]. State: conv1, norm1, conv2, norm2, shortcut,
/// shortcut_norm.
class HalvingBlockImpl : public torch::nn::Module {
 public:
  HalvingBlockImpl(std::int64_t in, std::int64_t out, bool instance_norm);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor norm(torch::nn::AnyModule& module, const torch::Tensor& x) const;
  nn::Conv conv1_ = nullptr, conv2_ = nullptr, shortcut_ = nullptr;
  torch::nn::AnyModule norm1_, norm2_, shortcut_norm_;
};
TORCH_MODULE(HalvingBlock);

/// Logarithms of magnitudes with a mean of about 0 and a deviation of about 1, as a matrix takes them, and back.
/// [.., section, 2, frame, bin] with the two parts at axis 2 <-> [batch, section, frame, bin].
torch::Tensor levels_for_matrix(const torch::Tensor& sections);
torch::Tensor magnitudes_of(const torch::Tensor& levels);

/// Sections to vectors: blocks, average to 2 x 5 and to one, a linear layer. [batch, section, 2, frame, bin] -> [batch, section,
/// embedding]. State: blocks.N, project. With `matrix` a linear map of the whole section is added (state: matrix): the average
/// over frames and bins leaves little of where in pitch and phase something was. With `levels` also one of its logarithmic
/// magnitudes (state: levels).
class SectionEncoderImpl : public torch::nn::Module {
 public:
  SectionEncoderImpl(const Settings& settings, bool instance_norm, bool matrix, bool levels);
  torch::Tensor forward(const torch::Tensor& sections);

 private:
  torch::nn::ModuleList blocks_;
  torch::nn::Linear project_ = nullptr, matrix_ = nullptr, levels_ = nullptr;
};
TORCH_MODULE(SectionEncoder);

/// Batch norm, and a learned token in front of the sections whose output is the style. [batch, section, 2, frame, bin] ->
/// [batch, embedding]. 13,169,504 values by default. State: cnn, cls_token [1, 1, embedding], norm, layers.N.
class StyleEncoderImpl : public torch::nn::Module {
 public:
  explicit StyleEncoderImpl(const Settings& settings);
  torch::Tensor forward(const torch::Tensor& sections);

 private:
  SectionEncoder cnn_ = nullptr;
  torch::Tensor cls_token_;
  torch::nn::LayerNorm norm_ = nullptr;
  torch::nn::ModuleList layers_;
};
TORCH_MODULE(StyleEncoder);

/// Instance norm, which takes a clip's own colour away, and no token: one vector for every section. [batch, section, 2, frame,
/// bin] -> [batch, section, embedding]. 13,169,248 values by default. State: cnn, norm, layers.N.
class ContentEncoderImpl : public torch::nn::Module {
 public:
  explicit ContentEncoderImpl(const Settings& settings);
  torch::Tensor forward(const torch::Tensor& sections);

 private:
  SectionEncoder cnn_ = nullptr;
  torch::nn::LayerNorm norm_ = nullptr;
  torch::nn::ModuleList layers_;
};
TORCH_MODULE(ContentEncoder);

/// In place of the style encoder: a vector for each label, learned, or fixed with one value that is not 0. [label] -> [label's
/// batch, embedding], of the length that the encoder's layer norm gives. State: vectors [label, embedding].
class LabelStylesImpl : public torch::nn::Module {
 public:
  /// Throws ConfigError where fixed vectors would need more labels than values.
  LabelStylesImpl(const Settings& settings, std::int64_t labels);
  torch::Tensor forward(const torch::Tensor& labels) { return vectors_.index_select(0, labels); }
  const torch::Tensor& vectors() const { return vectors_; }

 private:
  torch::Tensor vectors_;
};
TORCH_MODULE(LabelStyles);

TransformerOptions transformer_options(const Settings& settings);

}  // namespace luthier::disentangled
