#pragma once
#include <torch/nn/modules/container/sequential.h>

#include <memory>

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

  Settings settings;
  torch::Device device;
  StyleEncoder style_encoder = nullptr;
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
