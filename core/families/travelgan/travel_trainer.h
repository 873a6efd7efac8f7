#pragma once
#include <memory>
#include <vector>

#include "core/families/travelgan/travel_networks.h"
#include "core/families/two_way.h"

namespace luthier::travelgan {

struct Settings {
  SpectrogramSettings sound{22050, 1024, 256, 128, 128};
  DomainSettings labels;
  double lowest = -5, highest = 2, quietest = 0.3;
  // networks
  std::int64_t filters = 64, levels = 5, critic_filters = 64, siamese_filters = 64, layers = 2, latent = 1000;
  bool spectral = true;
  // training
  double adversarial = 1, travel = 10, margin_weight = 10, margin = 10, identity = 0;
  AdversarialSettings training{"hinge", 200000, 16, 2e-4, 2e-4, 0.5, 1, true};

  template <class V>
  void describe(V& v) {
    sound.describe(v);
    v.number("lowest", lowest, -10, 0, "", "log10 magnitude that becomes -1 for the networks, whose output ends in tanh.");
    v.number("highest", highest, 0, 10, "", "log10 magnitude that becomes +1.");
    v.number("quietest", quietest, 0.01, 1, "", "Clips have a peak of 0.95; crops are played at a random level between this and 1 of it.");
    labels.describe(v);
    v.group("Networks");
    v.number("filters", filters, 4, 256, "channels", "Width of the generator's first level.");
    v.number("levels", levels, 2, 9, "levels", "Halvings; bands and frames must be multiples of 2 to this power.");
    v.number("critic_filters", critic_filters, 4, 256, "channels", "Width of the critic's first layer.");
    v.number("siamese_filters", siamese_filters, 4, 256, "channels", "Width of the siamese network's first layer.");
    v.number("layers", layers, 1, 5, "layers", "Halvings of critic and siamese network after the first.");
    v.number("latent", latent, 2, 4096, "values", "Size of the space in which transformation vectors are compared.");
    v.toggle("spectral", spectral, "Spectral normalisation of all networks; without it the generators collapse.");
    v.group("Training");
    v.number("adversarial", adversarial, 0, 1000, "", "Weight of the critics' judgement.");
    v.number("travel", travel, 0, 1000, "", "Weight of keeping the vectors between clips.");
    v.number("margin_weight", margin_weight, 0, 1000, "", "Weight of keeping different clips apart in the latent space.");
    v.number("margin", margin, 0, 1000, "", "Distance that different clips should have there.");
    v.number("identity", identity, 0, 1000, "", "Weight of leaving what is in the domain already.");
    training.describe(v);
  }
  /// log10 magnitude <-> the networks' [-1, 1]; what is below the range is silence.
  torch::Tensor scaled(const torch::Tensor& log10_mel) const { return (log10_mel.clamp_min(lowest) - lowest) * (2 / (highest - lowest)) - 1; }
  torch::Tensor unscaled(const torch::Tensor& x) const { return (x + 1) * ((highest - lowest) / 2) + lowest; }
};

/// Two generators and two critics, indexed by the domain that they make or judge, and one siamese network.
struct Networks {
  Networks(const Settings& settings, torch::Device device);
  void train(bool on);
  Generator generators[2] = {nullptr, nullptr};
  Trunk critics[2] = {nullptr, nullptr};
  Trunk siamese = nullptr;
  nn::Constant statistics = nullptr;
};

class TravelTrainer : public TwoWayTrainer {
 public:
  TravelTrainer(const TrainingInputs& inputs, const Settings& settings);
  std::vector<PhaseInfo> phases() const override { return {{"translation", settings_.training.steps}}; }
  Batch draw(int phase, Rng& rng) override;
  Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) override;
  Figures validate(int phase) override;
  void visit(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int phase) override;
  double learning_rate() const override { return optimisers_->learning_rate(); }

 private:
  torch::Tensor translate(const torch::Tensor& x, int to) override { return networks_.generators[to]->forward(x).to(at::kFloat); }
  torch::Tensor scaled(const torch::Tensor& features) const override { return settings_.scaled(features).to(device_); }
  torch::Tensor unscaled(const torch::Tensor& x) const override { return settings_.unscaled(x); }
  void set_training(bool on) override { networks_.train(on); }
  Settings settings_;
  nn::Game game_;
  Networks networks_;
  std::unique_ptr<AdversarialOptimisers> optimisers_;
};

}  // namespace luthier::travelgan
