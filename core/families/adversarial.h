#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/nn/adversarial_loss.h"
#include "core/training/flat_adamw.h"
#include "core/training/trainer.h"

/// What trainers share in which generators play against critics. The networks and losses are the families'.
namespace luthier {

/// Settings of such a training that more than one translator describes alike.
struct AdversarialSettings {
  std::string game = "least_squares";
  std::int64_t steps = 30000, batch = 1;
  double learning_rate = 2e-4, critic_rate = 2e-4, beta1 = 0.5, hold = 1;
  bool mixed_precision = true;

  template <class V>
  void describe(V& v) {
    v.choice("game", game, {"least_squares", "hinge", "cross_entropy"}, "Adversarial loss.");
    v.number("steps", steps, 1, 10000000, "steps", "Steps; each trains the critics, then the generators.");
    v.number("batch", batch, 1, 1024, "crops", "Crops of each side in one step.");
    v.number("learning_rate", learning_rate, 1e-7, 1, "", "Step size of the generators.");
    v.number("critic_rate", critic_rate, 1e-7, 1, "", "Step size of the critics.");
    v.number("beta1", beta1, 0, 0.999, "", "Adam's memory of the gradient.");
    v.number("hold", hold, 0, 1, "", "Share of the steps before the step size falls linearly to 0.");
    v.toggle("mixed_precision", mixed_precision, "bfloat16 arithmetic on a CUDA device.");
  }
};

/// Step sizes of the two sides: held for `hold` of the steps, then falling linearly to 0.
struct AdversarialPace {
  double generator_rate = 2e-4, critic_rate = 2e-4, beta1 = 0.5, beta2 = 0.999;
  std::int64_t steps = 1;
  double hold = 1;
};
AdversarialPace pace_of(const AdversarialSettings& settings);

/// The two optimisers (Adam) of such a training: one for all generators, one for all critics.
class AdversarialOptimisers {
 public:
  AdversarialOptimisers(const AdversarialPace& pace, const std::vector<const torch::nn::Module*>& generators,
                        const std::vector<const torch::nn::Module*>& critics);
  /// Sets the step sizes of this step.
  void begin(std::int64_t step);
  /// Goes down the gradient of this loss.
  void learn_critics(const torch::Tensor& loss);
  void learn_generators(const torch::Tensor& loss);
  double learning_rate() const { return rate_; }
  /// State "generator_optimiser" and "critic_optimiser".
  void visit(StateVisitor& visitor);

 private:
  AdversarialPace pace_;
  std::unique_ptr<FlatAdamW> generators_, critics_;
  double rate_;
};

/// Critics stand still while this lives: no gradient is kept for their weights.
class StandingStill {
 public:
  explicit StandingStill(std::vector<torch::nn::Module*> modules);
  ~StandingStill();
  StandingStill(const StandingStill&) = delete;
  StandingStill& operator=(const StandingStill&) = delete;

 private:
  std::vector<torch::nn::Module*> modules_;
};

/// Reads scalars from the device at one go; nothing where figures are not due (see figures_due).
Figures figures_of(torch::Device device, std::int64_t step, const std::vector<std::pair<std::string, torch::Tensor>>& scalars);

/// Mean absolute difference; `made` may be of reduced precision.
torch::Tensor l1_distance(const torch::Tensor& made, const torch::Tensor& truth);

}  // namespace luthier
