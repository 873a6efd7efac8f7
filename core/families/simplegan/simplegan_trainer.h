#pragma once
#include <torch/nn/modules/container/sequential.h>

#include <memory>
#include <vector>

#include "core/data/clip_crops.h"
#include "core/families/adversarial.h"
#include "core/families/translation.h"
#include "core/nn/conv.h"

namespace luthier::simplegan {

struct Settings {
  SpectrogramSettings sound;
  std::string labels;
  std::int64_t grid = 1;
  std::int64_t latent = 64, hidden = 256, critic_hidden = 128;
  double slope = 0.01;
  std::string game = "cross_entropy";
  std::int64_t steps = 20000, batch = 32;
  double learning_rate = 3e-4, beta1 = 0.9, critic_noise = 0;

  template <class V>
  void describe(V& v) {
    sound.describe(v);
    v.number("grid", grid, 1, 4096, "frames", "Crops start at multiples of this.");
    v.group("Labels");
    v.text("labels", labels, "Labels to learn from, separated by commas; empty: all.");
    v.group("Networks");
    v.number("latent", latent, 8, 1024, "values", "Size of the noise that a spectrogram is made from.");
    v.number("hidden", hidden, 4, 8192, "units", "Width of the generator's hidden layer.");
    v.number("critic_hidden", critic_hidden, 4, 8192, "units", "Width of the critic's hidden layer.");
    v.number("slope", slope, 0, 0.5, "", "Slope of LeakyReLU below zero.");
    v.group("Training");
    v.choice("game", game, {"cross_entropy", "least_squares", "hinge"}, "Adversarial loss.");
    v.number("steps", steps, 1, 10000000, "steps", "Steps; each trains the critic, then the generator.");
    v.number("batch", batch, 1, 4096, "crops", "Spectrograms in one step.");
    v.number("learning_rate", learning_rate, 1e-7, 1, "", "Step size of both networks.");
    v.number("beta1", beta1, 0, 0.999, "", "Adam's memory of the gradient.");
    v.number("critic_noise", critic_noise, 0, 1, "", "Deviation of noise on all that the critic sees; it wins less easily.");
  }
};

/// Fully connected: noise [batch, latent] -> Linear, LeakyReLU, Linear, tanh -> [batch, 1, bin, frame]. State gen.0, gen.2.
class GeneratorImpl : public torch::nn::Module {
 public:
  explicit GeneratorImpl(const Settings& settings);
  torch::Tensor forward(const torch::Tensor& noise);
  /// [8, latent]: the directions in which the first layer answers most (Shen and Zhou 2021), strongest first; what the
  /// sliders of the workbench move along.
  torch::Tensor axes() const;

 private:
  std::int64_t bands_, frames_;
  torch::nn::Sequential gen_;
};
TORCH_MODULE(Generator);

/// [batch, 1, bin, frame] -> [batch, 1] score (before the sigmoid). State disc.0, disc.2.
class CriticImpl : public torch::nn::Module {
 public:
  explicit CriticImpl(const Settings& settings);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::Sequential disc_;
};
TORCH_MODULE(Critic);

class SimpleGanTrainer : public Trainer {
 public:
  SimpleGanTrainer(const TrainingInputs& inputs, const Settings& settings);
  std::vector<PhaseInfo> phases() const override { return {{"generation", settings_.steps}}; }
  Batch draw(int phase, Rng& rng) override;
  Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) override;
  Figures validate(int phase) override;
  std::vector<Preview> preview(int phase) override;
  void visit(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int) override { return {{"generator", generator_.get()}}; }
  double learning_rate() const override { return settings_.learning_rate; }

 private:
  torch::Tensor seen(const torch::Tensor& x, Rng& rng) const;
  Settings settings_;
  nn::Game game_;
  torch::Device device_;
  RepresentationSpec spec_;
  ClipCrops clips_;
  Generator generator_ = nullptr;
  Critic critic_ = nullptr;
  std::unique_ptr<AdversarialOptimisers> optimisers_;
};

}  // namespace luthier::simplegan
