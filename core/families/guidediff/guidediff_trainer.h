#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "core/families/guidediff/guidediff_networks.h"
#include "core/training/flat_adamw.h"

namespace luthier::guidediff {

class GuideDiffTrainer : public Trainer {
 public:
  GuideDiffTrainer(const TrainingInputs& inputs, const Settings& settings);
  std::vector<PhaseInfo> phases() const override { return {{"vocoder", settings_.steps}}; }
  Batch draw(int phase, Rng& rng) override;
  Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) override;
  Figures validate(int phase) override;
  std::vector<Preview> preview(int phase) override;
  void visit(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int) override { return {{"decoder", decoder_.get()}}; }
  double learning_rate() const override { return rate_; }

 private:
  torch::Tensor sampled(const torch::Tensor& features, std::int64_t steps, std::uint64_t seed);
  Settings settings_;
  torch::Device device_;
  VocoderClips clips_;
  Decoder decoder_ = nullptr;
  std::unique_ptr<FlatAdamW> optimiser_;
  std::optional<VocoderScore> griffin_lim_;
  double rate_;
};

}  // namespace luthier::guidediff
