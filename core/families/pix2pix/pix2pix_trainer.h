#pragma once
#include <memory>
#include <vector>

#include "core/data/domain_clips.h"
#include "core/families/translation.h"
#include "core/nn/adversarial_loss.h"
#include "core/nn/patch_critic.h"
#include "core/nn/unet_generator.h"
#include "core/training/flat_adamw.h"

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
  std::string game = "cross_entropy";
  double l1 = 100, adversarial = 1, critic_start = 0;
  std::int64_t steps = 30000, batch = 16;
  double learning_rate = 2e-4, critic_rate = 2e-4, beta1 = 0.5, hold = 1;
  bool mixed_precision = true;

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
    v.choice("game", game, {"cross_entropy", "least_squares", "hinge"}, "Adversarial loss.");
    v.number("l1", l1, 0, 10000, "", "Weight of the absolute error against the known target.");
    v.number("adversarial", adversarial, 0, 1000, "", "Weight of the critic's judgement; 0: plain regression.");
    v.number("critic_start", critic_start, 0, 1, "", "Share of the steps before the critic joins in.");
    v.number("steps", steps, 1, 10000000, "steps", "Steps; each trains the critic, then the generator.");
    v.number("batch", batch, 1, 1024, "crops", "Pairs of crops in one step.");
    v.number("learning_rate", learning_rate, 1e-7, 1, "", "Step size of the generator.");
    v.number("critic_rate", critic_rate, 1e-7, 1, "", "Step size of the critic.");
    v.number("beta1", beta1, 0, 0.999, "", "Adam's memory of the gradient.");
    v.number("hold", hold, 0, 1, "", "Share of the steps before the step size falls linearly to 0.");
    v.toggle("mixed_precision", mixed_precision, "bfloat16 arithmetic on a CUDA device.");
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
};

class Pix2PixTrainer : public Trainer {
 public:
  Pix2PixTrainer(const TrainingInputs& inputs, const Settings& settings);
  std::vector<PhaseInfo> phases() const override { return {{"translation", settings_.steps}}; }
  Batch draw(int phase, Rng& rng) override;
  Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) override;
  Figures validate(int phase) override;
  std::vector<Preview> preview(int phase) override;
  void visit(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int) override { return {{"generator", networks_.generator.get()}}; }
  std::map<std::string, std::string> record() const override;
  double learning_rate() const override { return rate_; }

 private:
  Settings settings_;
  nn::Game game_;
  torch::Device device_;
  RepresentationSpec spec_;
  DomainClips clips_;
  Networks networks_;
  std::unique_ptr<FlatAdamW> generator_optimiser_, critic_optimiser_;
  double rate_;
};

}  // namespace luthier::pix2pix
