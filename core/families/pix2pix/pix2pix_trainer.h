#pragma once
#include <memory>
#include <vector>

#include "core/data/domain_clips.h"
#include "core/families/adversarial.h"
#include "core/families/translation.h"
#include "core/nn/patch_critic.h"
#include "core/nn/unet_generator.h"
#include "core/training/epochs.h"

namespace luthier::pix2pix {

struct Settings {
  SpectrogramSettings sound;
  DomainSettings labels;
  std::int64_t grid = 1;
  // networks
  std::int64_t filters = 64, depth = 7, critic_filters = 64;
  double dropout = 0.5;
  bool residual_output = false;
  // training
  double l1 = 100, adversarial = 1, critic_start = 0;
  AdversarialSettings training{"cross_entropy", 30000, 16, 2e-4, 2e-4, 0.5, 1, true};

  template <class V>
  void describe(V& v) {
    sound.describe(v);
    v.number("grid", grid, 1, 4096, "frames", "Crops start at multiples of this.");
    labels.describe(v);
    v.group("Networks");
    v.number("filters", filters, 4, 256, "channels", "Width of the U-Net's first level.");
    v.number("depth", depth, 2, 9, "levels", "Halvings; bands and frames must be multiples of 2 to this power.");
    v.number("dropout", dropout, 0, 0.9, "", "Dropout in the first three levels of the way up.");
    v.toggle("residual_output", residual_output, "The generator's output is added to its input.");
    v.number("critic_filters", critic_filters, 4, 256, "channels", "Width of the critic's first layer.");
    v.group("Training");
    v.number("l1", l1, 0, 10000, "", "Weight of the absolute error against the known target.");
    v.number("adversarial", adversarial, 0, 1000, "", "Weight of the critic's judgement; 0: plain regression.");
    v.number("critic_start", critic_start, 0, 1, "", "Share of the steps before the critic joins in.");
    training.describe(v);
  }
};

struct Networks {
  Networks(const Settings& settings, torch::Device device);
  /// [batch, 1, bin, frame] in [-1, 1] -> the same by the target labels.
  torch::Tensor translate(const torch::Tensor& x);
  void train(bool on);

  Settings settings;
  nn::UnetGenerator generator = nullptr;
  nn::PatchCritic critic = nullptr;  ///< sees content and result as two channels
  nn::Constant statistics = nullptr;  ///< [domain, statistic, bin], see DomainClips
};

class Pix2PixTrainer : public Trainer, public Epochs {
 public:
  Pix2PixTrainer(const TrainingInputs& inputs, const Settings& settings);
  std::vector<PhaseInfo> phases() const override { return {{"translation", settings_.training.steps}}; }
  Batch draw(int phase, Rng& rng) override;
  Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) override;
  Figures validate(int phase) override;
  std::vector<Preview> preview(int phase) override;
  void visit(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int) override { return {{"generator", networks_.generator.get()}}; }
  std::map<std::string, std::string> record() const override;
  std::int64_t epoch_steps() const override { return (clips_.pairs_of_epoch() + settings_.training.batch - 1) / settings_.training.batch; }
  double learning_rate() const override { return optimisers_->learning_rate(); }

 private:
  Settings settings_;
  nn::Game game_;
  torch::Device device_;
  RepresentationSpec spec_;
  DomainClips clips_;
  Networks networks_;
  std::unique_ptr<AdversarialOptimisers> optimisers_;
};

}  // namespace luthier::pix2pix
