#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "core/families/cyclegan/cyclegan_settings.h"
#include "core/families/two_way.h"
#include "core/nn/conv.h"
#include "core/nn/patch_critic.h"
#include "core/training/epochs.h"
#include "core/training/image_pool.h"

namespace luthier::cyclegan {

/// Two generators and two critics, indexed by the domain that they make or judge.
struct Networks {
  Networks(const Settings& settings, torch::Device device);
  /// [batch, 1, bin, frame] in [-1, 1] -> the same, in domain `to`.
  torch::Tensor translate(const torch::Tensor& x, int to) const;
  void train(bool on);

  Settings settings;
  std::shared_ptr<torch::nn::Module> generators[2];
  std::function<torch::Tensor(const torch::Tensor&)> run[2];
  nn::PatchCritic critics[2] = {nullptr, nullptr};
  nn::Constant statistics = nullptr;  ///< [domain, statistic, bin], see DomainClips
};

class CycleTrainer : public TwoWayTrainer, public Epochs {
 public:
  CycleTrainer(const TrainingInputs& inputs, const Settings& settings);
  std::vector<PhaseInfo> phases() const override { return {{"translation", settings_.training.steps}}; }
  Batch draw(int phase, Rng& rng) override;
  Figures update(int phase, const Batch& batch, std::int64_t step, Rng& rng) override;
  Figures validate(int phase) override;
  void visit(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, torch::nn::Module*>> averaged(int phase) override;
  std::int64_t epoch_steps() const override { return (clips_.crops_of_epoch() + settings_.training.batch - 1) / settings_.training.batch; }
  double learning_rate() const override { return optimisers_->learning_rate(); }

 private:
  torch::Tensor translate(const torch::Tensor& x, int to) override { return networks_.translate(x, to); }
  void set_training(bool on) override { networks_.train(on); }
  torch::Tensor critics_loss(const torch::Tensor real[2], const torch::Tensor made[2], Rng& rng);
  Settings settings_;
  nn::Game game_;
  Networks networks_;
  std::unique_ptr<AdversarialOptimisers> optimisers_;
  std::vector<ImagePool> pools_;
};

}  // namespace luthier::cyclegan
