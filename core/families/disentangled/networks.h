#pragma once
#include <torch/nn/modules/container/sequential.h>

#include <memory>
#include <string>
#include <utility>

#include "core/families/disentangled/decoder.h"

namespace luthier::disentangled {

/// Tells labels by an embedding: three linear layers with ReLU. [batch, embedding] -> [batch, label] logits. 49,666 values for
/// two labels. State: layers.N.
class CriticImpl : public torch::nn::Module {
 public:
  CriticImpl(const Settings& settings, std::int64_t labels);
  torch::Tensor forward(const torch::Tensor& embedding);

 private:
  torch::nn::Sequential layers_;
};
TORCH_MODULE(Critic);

/// Everything a run or a transfer needs, on one device.
struct Networks {
  Networks(const Settings& settings, std::int64_t labels, torch::Device device);
  void train(bool on);
  /// Styles of clips: heard from sections [batch, section, 2, frame, bin], or those of their labels [batch]. [batch, embedding]
  torch::Tensor styles(const torch::Tensor& sections, const torch::Tensor& labels);
  /// What `styles` learns: the style encoder or the labels' vectors, with the name of its state.
  std::pair<std::string, torch::nn::Module*> style_module();

  Settings settings;
  torch::Device device;
  StyleEncoder style_encoder = nullptr;  ///< null where styles are vectors of labels
  LabelStyles label_styles = nullptr;    ///< null where styles are heard
  ContentEncoder content_encoder = nullptr;
  Decoder decoder = nullptr;
  Critic critic = nullptr;
  nn::Constant mean = nullptr, deviation = nullptr;  ///< [label, 2, bin], what features are normalised by; deviations guarded
  nn::Constant profiles = nullptr;                   ///< [label, STFT bin]: mean magnitude of the label, of sum 1
  nn::Constant class_styles = nullptr;               ///< [label, embedding]: mean style of each label's training clips
};

/// Xavier uniform and biases 0; gain 0.2 is published (the usual start gave the authors NaN). What their code does not reach keeps its
/// start: spectrally normalised weights, and the projections into attention.
void start_weights(torch::nn::Module& module, double gain);

}  // namespace luthier::disentangled
