#include "core/families/adversarial.h"

#include <ATen/ATen.h>

#include "core/families/translation.h"
#include "core/nn/conv.h"

namespace luthier {
namespace {

std::unique_ptr<FlatAdamW> adam(const std::vector<const torch::nn::Module*>& modules, double rate, const AdversarialPace& pace) {
  AdamWOptions options;
  options.learning_rate = rate;
  options.beta1 = pace.beta1;
  options.beta2 = pace.beta2;
  options.weight_decay = 0;
  options.clip_norm = 0;
  return std::make_unique<FlatAdamW>(nn::parameters_of(modules), options);
}

void learn(FlatAdamW& optimiser, const torch::Tensor& loss) {
  optimiser.zero_grad();
  loss.backward();
  optimiser.step();
}

}  // namespace

AdversarialPace pace_of(const AdversarialSettings& s) { return {s.learning_rate, s.critic_rate, s.beta1, 0.999, s.steps, s.hold}; }

AdversarialOptimisers::AdversarialOptimisers(const AdversarialPace& pace, const std::vector<const torch::nn::Module*>& generators,
                                             const std::vector<const torch::nn::Module*>& critics)
    : pace_(pace), generators_(adam(generators, pace.generator_rate, pace)), critics_(adam(critics, pace.critic_rate, pace)), rate_(pace.generator_rate) {}

void AdversarialOptimisers::begin(std::int64_t step) {
  rate_ = held_then_linear(pace_.generator_rate, step, pace_.steps, pace_.hold);
  generators_->set_learning_rate(rate_);
  critics_->set_learning_rate(held_then_linear(pace_.critic_rate, step, pace_.steps, pace_.hold));
}

void AdversarialOptimisers::learn_critics(const torch::Tensor& loss) { learn(*critics_, loss); }
void AdversarialOptimisers::learn_generators(const torch::Tensor& loss) { learn(*generators_, loss); }

void AdversarialOptimisers::visit(StateVisitor& visitor) {
  generators_->visit("generator_optimiser", visitor);
  critics_->visit("critic_optimiser", visitor);
}

StandingStill::StandingStill(std::vector<torch::nn::Module*> modules) : modules_(std::move(modules)) {
  for (auto* module : modules_) nn::require_gradients(*module, false);
}

StandingStill::~StandingStill() {
  for (auto* module : modules_) nn::require_gradients(*module, true);
}

Figures figures_of(torch::Device device, std::int64_t step, const std::vector<std::pair<std::string, torch::Tensor>>& scalars) {
  if (!figures_due(device, step)) return {};
  std::vector<torch::Tensor> all;
  for (const auto& [name, scalar] : scalars) all.push_back(scalar.detach().to(at::kFloat));
  const auto values = at::stack(all).to(at::kCPU).to(at::kDouble);
  Figures figures;
  for (std::size_t i = 0; i < scalars.size(); ++i) figures.emplace_back(scalars[i].first, values.const_data_ptr<double>()[i]);
  return figures;
}

torch::Tensor l1_distance(const torch::Tensor& made, const torch::Tensor& truth) { return (made.to(at::kFloat) - truth).abs().mean(); }

}  // namespace luthier
