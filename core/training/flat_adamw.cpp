#include "core/training/flat_adamw.h"

#include <torch/torch.h>

#include <cmath>

namespace luthier {

FlatAdamW::FlatAdamW(std::vector<torch::Tensor> parameters, const AdamWOptions& options) : options_(options) {
  torch::NoGradGuard guard;
  std::int64_t count = 0;
  for (const auto& parameter : parameters) count += parameter.numel();
  weights_ = torch::empty({count}, parameters.front().options().requires_grad(false));
  gradient_ = torch::zeros_like(weights_);
  average_ = torch::zeros_like(weights_);
  square_ = torch::zeros_like(weights_);
  std::int64_t at = 0;
  for (auto& parameter : parameters) {
    auto place = weights_.narrow(0, at, parameter.numel()).view(parameter.sizes());
    place.copy_(parameter);
    parameter.set_data(place);
    parameter.mutable_grad() = gradient_.narrow(0, at, parameter.numel()).view(parameter.sizes());
    at += parameter.numel();
  }
}

void FlatAdamW::zero_grad() { gradient_.zero_(); }

torch::Tensor FlatAdamW::step() {
  torch::NoGradGuard guard;
  steps_ += 1;
  const auto norm = gradient_.norm();
  if (options_.clip_norm > 0) gradient_.mul_((options_.clip_norm / (norm + 1e-6)).clamp_max(1.0));
  average_.lerp_(gradient_, 1 - options_.beta1);
  square_.mul_(options_.beta2).addcmul_(gradient_, gradient_, 1 - options_.beta2);
  weights_.mul_(1 - options_.learning_rate * options_.weight_decay);
  const double correction1 = 1 - std::pow(options_.beta1, steps_), correction2 = 1 - std::pow(options_.beta2, steps_);
  const auto root = (square_ / correction2).sqrt_().add_(options_.epsilon);
  weights_.addcdiv_(average_, root, -options_.learning_rate / correction1);
  return norm;
}

void FlatAdamW::visit(const std::string& name, StateVisitor& visitor) {
  visitor.tensor(name + ".exp_avg", average_);
  visitor.tensor(name + ".exp_avg_sq", square_);
  visitor.number(name + ".steps", steps_);
}

}  // namespace luthier
