#include "core/families/cyclegan/cycle_trainer.h"

#include <ATen/ATen.h>

#include "core/families/cyclegan/resnet_generator.h"
#include "core/nn/autocast.h"
#include "core/nn/unet_generator.h"

namespace luthier::cyclegan {
namespace {

constexpr const char* kDomainNames[2] = {"source", "target"};
constexpr std::int64_t kValidationCrops = 8;

torch::Tensor l1(const torch::Tensor& a, const torch::Tensor& b) { return (a.to(at::kFloat) - b).abs().mean(); }

DomainOptions domain_options(const Settings& s) {
  return {s.labels.source_labels, s.labels.target_labels, s.sound.frames, s.grid, /*paired=*/false};
}

AdamWOptions adam(double rate, double beta1) {
  AdamWOptions options;
  options.learning_rate = rate;
  options.beta1 = beta1;
  options.beta2 = 0.999;
  options.weight_decay = 0;
  options.clip_norm = 0;
  return options;
}

}  // namespace

Networks::Networks(const Settings& s, torch::Device device) : settings(s) {
  for (const int domain : {0, 1}) {
    if (s.generator == "resnet") {
      ResnetGenerator generator(ResnetGeneratorOptions{s.filters, s.residual_blocks});
      generators[domain] = generator.ptr();
      run[domain] = [generator](const torch::Tensor& x) mutable { return generator->forward(x); };
    } else {
      nn::UnetGenerator generator(nn::UnetGeneratorOptions{1, 1, s.filters, s.depth, 0.5});
      generators[domain] = generator.ptr();
      run[domain] = [generator](const torch::Tensor& x) mutable { return generator->forward(x); };
    }
    nn::PatchCriticOptions options;
    options.filters = s.critic_filters;
    options.batch_norm = s.critic == "batch";
    options.spectral = s.spectral_critic;
    critics[domain] = nn::PatchCritic(options);
    nn::start_weights(*generators[domain], nn::Start::normal_002);
    nn::start_weights(*critics[domain], nn::Start::normal_002);
    generators[domain]->to(device);
    critics[domain]->to(device);
  }
  statistics = nn::Constant(at::zeros({2, 2, s.sound.bands}));
}

torch::Tensor Networks::translate(const torch::Tensor& x, int to) const {
  const auto y = run[to](x).to(at::kFloat);
  return settings.residual_output ? x + 2 * y : y;
}

void Networks::train(bool on) {
  for (const int domain : {0, 1}) {
    generators[domain]->train(on);
    critics[domain]->train(on);
  }
}

CycleTrainer::CycleTrainer(const TrainingInputs& inputs, const Settings& settings)
    : settings_(settings), game_(nn::game_from(settings.game)), device_(inputs.device), spec_(inputs.clips->representation),
      clips_(inputs.clips, inputs.pairs, domain_options(settings), inputs.warn),
      networks_((at::manual_seed(seed_of(inputs.config)), settings), inputs.device), rate_(settings.learning_rate) {
  networks_.statistics->value.copy_(clips_.statistics());
  std::vector<const torch::nn::Module*> generators, critics;
  for (const int domain : {0, 1}) {
    generators.push_back(networks_.generators[domain].get());
    critics.push_back(networks_.critics[domain].get());
    pools_.emplace_back(settings.pool, at::IntArrayRef{1, settings.sound.bands, settings.sound.frames}, device_);
  }
  generator_optimiser_ = std::make_unique<FlatAdamW>(nn::parameters_of(generators), adam(settings.learning_rate, settings.beta1));
  critic_optimiser_ = std::make_unique<FlatAdamW>(nn::parameters_of(critics), adam(settings.critic_rate, settings.beta1));
}

Batch CycleTrainer::draw(int, Rng& rng) {
  Batch batch;
  for (const int domain : {0, 1}) batch[kDomainNames[domain]] = clips_.draw(domain, settings_.batch, rng).to(device_);
  return batch;
}

torch::Tensor CycleTrainer::critics_loss(const torch::Tensor real[2], const torch::Tensor made[2], Rng& rng) {
  torch::Tensor sum;
  for (const int domain : {0, 1}) {
    const auto shown = pools_[static_cast<std::size_t>(domain)].exchange(made[domain].detach(), rng);
    auto& critic = networks_.critics[domain];
    const auto loss = nn::critic_loss(game_, critic->forward(real[domain]).to(at::kFloat), critic->forward(shown).to(at::kFloat));
    sum = sum.defined() ? sum + loss : loss;
  }
  return sum / 2;
}

Figures CycleTrainer::update(int, const Batch& batch, std::int64_t step, Rng& rng) {
  rate_ = held_then_linear(settings_.learning_rate, step, settings_.steps, settings_.hold);
  generator_optimiser_->set_learning_rate(rate_);
  critic_optimiser_->set_learning_rate(held_then_linear(settings_.critic_rate, step, settings_.steps, settings_.hold));
  const torch::Tensor real[2] = {batch.at(kDomainNames[0]), batch.at(kDomainNames[1])};
  torch::Tensor made[2], critic, adversarial, cycle, identity, loss;
  {
    const nn::Autocast precision(device_, settings_.mixed_precision);
    for (const int to : {0, 1}) made[to] = networks_.translate(real[1 - to], to);
    critic = critics_loss(real, made, rng);
  }
  critic_optimiser_->zero_grad();
  critic.backward();
  critic_optimiser_->step();
  for (auto& one : networks_.critics) nn::require_gradients(*one, false);
  {
    const nn::Autocast precision(device_, settings_.mixed_precision);
    adversarial = cycle = identity = at::zeros({}, real[0].options());
    for (const int to : {0, 1}) {
      adversarial = adversarial + nn::generator_loss(game_, networks_.critics[to]->forward(made[to]).to(at::kFloat));
      cycle = cycle + l1(networks_.translate(made[to], 1 - to), real[1 - to]);
      if (settings_.identity > 0) identity = identity + l1(networks_.translate(real[to], to), real[to]);
    }
    loss = adversarial + settings_.cycle * cycle + settings_.identity * identity;
  }
  generator_optimiser_->zero_grad();
  loss.backward();
  generator_optimiser_->step();
  for (auto& one : networks_.critics) nn::require_gradients(*one, true);
  if (!figures_due(device_, step)) return {};
  const auto values = at::stack({loss, critic, adversarial, cycle, identity}).detach().to(at::kCPU).to(at::kDouble);
  const double* v = values.const_data_ptr<double>();
  return {{"loss", v[0]}, {"critic", v[1]}, {"adversarial", v[2]}, {"reconstruction", v[3]}, {"identity", v[4]}};
}

Figures CycleTrainer::validate(int) {
  networks_.train(false);
  const torch::Tensor real[2] = {clips_.fixed(0, kValidationCrops).to(device_), clips_.fixed(1, kValidationCrops).to(device_)};
  double gap = 0, cycle = 0, identity = 0;
  for (const int to : {0, 1}) {
    const auto made = networks_.translate(real[1 - to], to);
    gap += domain_gap(made, real[to]).item<double>();
    cycle += l1(networks_.translate(made, 1 - to), real[1 - to]).item<double>();
    identity += l1(networks_.translate(real[to], to), real[to]).item<double>();
  }
  Figures figures = {{"gap_and_cycle", gap + cycle}, {"domain_gap", gap}, {"cycle_l1", cycle}, {"identity_l1", identity}};
  if (const auto [from, to] = clips_.fixed_pairs(kValidationCrops); from.defined()) {
    // Never trained on; only where the clips happen to share phrases.
    const torch::Tensor pair[2] = {from.to(device_), to.to(device_)};
    for (const int side : {0, 1})
      figures.emplace_back(std::string("paired_l1_to_") + kDomainNames[side], l1(networks_.translate(pair[1 - side], side), pair[side]).item<double>());
    figures.emplace_back("paired_l1_copy", l1(pair[0], pair[1]).item<double>());
  }
  networks_.train(true);
  return figures;
}

std::vector<Preview> CycleTrainer::preview(int) {
  networks_.train(false);
  std::vector<Preview> all;
  for (const int to : {1, 0}) {
    const auto content = clips_.fixed(1 - to, 1).to(device_);
    const auto title = clips_.name(1 - to) + " to " + clips_.name(to);
    all.push_back(preview_of(title + ": result", networks_.translate(content, to)[0].clamp(-1, 1), spec_));
    all.push_back(preview_of(title + ": content", content[0], spec_));
  }
  networks_.train(true);
  return all;
}

void CycleTrainer::visit(StateVisitor& visitor) {
  for (const int domain : {0, 1}) {
    const std::string name = kDomainNames[domain];
    visitor.module("generator_to_" + name, *networks_.generators[domain]);
    visitor.module("critic_" + name, *networks_.critics[domain]);
    pools_[static_cast<std::size_t>(domain)].visit("pool_" + name, visitor);
  }
  visitor.module("statistics", *networks_.statistics);
  generator_optimiser_->visit("generator_optimiser", visitor);
  critic_optimiser_->visit("critic_optimiser", visitor);
}

std::vector<std::pair<std::string, torch::nn::Module*>> CycleTrainer::averaged(int) {
  return {{"generator_to_source", networks_.generators[0].get()}, {"generator_to_target", networks_.generators[1].get()}};
}

std::map<std::string, std::string> CycleTrainer::record() const {
  return {{"source_labels", clips_.name(0)}, {"target_labels", clips_.name(1)}};
}

}  // namespace luthier::cyclegan
