#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/data/domain_clips.h"
#include "core/families/adversarial.h"
#include "core/families/translation.h"

namespace luthier {

/// What trainers share that learn a generator each way between two domains from unpaired crops.
class TwoWayTrainer : public Trainer {
 public:
  /// For each direction the result and the content.
  std::vector<Preview> preview(int phase) override;
  std::map<std::string, std::string> record() const override;

 protected:
  static constexpr const char* kSides[2] = {"source", "target"};
  static constexpr std::int64_t kValidationCrops = 8;

  TwoWayTrainer(const TrainingInputs& inputs, const DomainSettings& labels, std::int64_t frames, std::int64_t grid);
  /// [batch, 1, bin, frame] in the networks' scale -> the same, in domain `to`.
  virtual torch::Tensor translate(const torch::Tensor& x, int to) = 0;
  /// Features to the networks' scale on the run's device, and back.
  virtual torch::Tensor scaled(const torch::Tensor& features) const { return features.to(device_); }
  virtual torch::Tensor unscaled(const torch::Tensor& x) const { return x.clamp(-1, 1); }
  virtual void set_training(bool on) = 0;
  /// "paired_l1_to_…" and "paired_l1_copy", in the networks' scale, where the clips happen to share phrases: never trained on.
  void add_paired_figures(Figures& figures);

  torch::Device device_;
  RepresentationSpec spec_;
  DomainClips clips_;
};

/// What a transfer of such a model needs beside its networks: window, representation and the statistics that decide "auto".
WindowedTranslator::Parts two_way_parts(const Checkpoint& checkpoint, const SpectrogramSettings& sound, const std::string& kind);

}  // namespace luthier
