#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/families/adversarial.h"
#include "core/families/vocoding.h"
#include "core/nn/melgan.h"

namespace luthier::melgan {

struct Settings {
  VocoderSound sound;
  // networks
  std::string ratios = "8,8,2,2";
  std::int64_t filters = 32, residual_layers = 3, critic_filters = 16;
  // training
  double feature_matching = 10, mel_weight = 0, quietest = 0.3;
  std::int64_t steps = 500000, batch = 16;
  double learning_rate = 1e-4, beta1 = 0.5, beta2 = 0.9, critic_start = 0, hold = 1;

  template <class V>
  void describe(V& v) {
    sound.describe(v);
    v.group("Networks");
    v.text("ratios", ratios, "Upsampling of the generator's levels, separated by commas; their product must be the hop.");
    v.number("filters", filters, 2, 128, "channels", "Width of the generator's last level.");
    v.number("residual_layers", residual_layers, 1, 6, "layers", "Residual layers of each level; dilations 1, 3, 9.");
    v.number("critic_filters", critic_filters, 4, 64, "channels", "Width of the critics' first layer; a multiple of 4.");
    v.group("Training");
    v.number("feature_matching", feature_matching, 0, 1000, "", "Weight of the distance between the critics' activations.");
    v.number("mel_weight", mel_weight, 0, 1000, "", "Weight of the distance between mel spectrograms; the original has none.");
    v.number("quietest", quietest, 0.01, 1, "", "Crops are played at a random level between this and 1.");
    v.number("critic_start", critic_start, 0, 1, "", "Share of the steps before the critics join in (needs mel_weight).");
    v.number("steps", steps, 1, 10000000, "steps", "Steps; each trains the critics, then the generator.");
    v.number("batch", batch, 1, 1024, "crops", "Crops in one step.");
    v.number("learning_rate", learning_rate, 1e-7, 1, "", "Step size of both networks.");
    v.number("beta1", beta1, 0, 0.999, "", "Adam's memory of the gradient.");
    v.number("beta2", beta2, 0, 0.9999, "", "Adam's memory of its square.");
    v.number("hold", hold, 0, 1, "", "Share of the steps before the step size falls linearly to 0.");
  }
};

/// Throws ConfigError where the ratios are no list of whole numbers whose product is the hop.
nn::MelGanGeneratorOptions generator_options(const Settings& settings);
nn::MelGanCriticOptions critic_options(const Settings& settings);

class MelGanTrainer : public Trainer {
 public:
  MelGanTrainer(const TrainingInputs& inputs, const Settings& settings);
  std::vector<PhaseInfo> phases() const override { return {{"vocoder", settings_.steps}}; }
  Batch draw(int phase, Rng& rng) override;
  Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) override;
  Figures validate(int phase) override;
  std::vector<Preview> preview(int phase) override;
  void visit(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int) override { return {{"generator", generator_.get()}}; }
  /// "loudest": mean over clips of the loudest value of their features at the levels of training (log10_mel only).
  std::map<std::string, std::string> record() const override;
  double learning_rate() const override { return optimisers_->learning_rate(); }

 private:
  Settings settings_;
  torch::Device device_;
  VocoderClips clips_;
  nn::MelGanGenerator generator_ = nullptr;
  nn::MelGanCritic critic_ = nullptr;
  std::unique_ptr<AdversarialOptimisers> optimisers_;
  std::optional<VocoderScore> griffin_lim_;
  std::string loudest_;
};

}  // namespace luthier::melgan
