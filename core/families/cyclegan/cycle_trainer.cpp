#include "core/families/cyclegan/cycle_trainer.h"

#include <ATen/ATen.h>

#include "core/families/cyclegan/resnet_generator.h"
#include "core/nn/autocast.h"
#include "core/nn/unet_generator.h"

namespace luthier::cyclegan {

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
    : TwoWayTrainer(inputs, settings.labels, settings.sound.frames, settings.grid), settings_(settings), game_(nn::game_from(settings.training.game)),
      networks_((at::manual_seed(seed_of(inputs.config)), settings), inputs.device) {
  networks_.statistics->value.copy_(clips_.statistics());
  std::vector<const torch::nn::Module*> generators, critics;
  for (const int domain : {0, 1}) {
    generators.push_back(networks_.generators[domain].get());
    critics.push_back(networks_.critics[domain].get());
    pools_.emplace_back(settings.pool, at::IntArrayRef{1, settings.sound.bands, settings.sound.frames}, device_);
  }
  optimisers_ = std::make_unique<AdversarialOptimisers>(pace_of(settings.training), generators, critics);
}

Batch CycleTrainer::draw(int, Rng& rng) {
  Batch batch;
  for (const int domain : {0, 1}) batch[kSides[domain]] = clips_.draw(domain, settings_.training.batch, rng).to(device_);
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
  optimisers_->begin(step);
  const torch::Tensor real[2] = {batch.at(kSides[0]), batch.at(kSides[1])};
  torch::Tensor made[2], critic, adversarial, cycle, identity, loss;
  {
    const nn::Autocast precision(device_, settings_.training.mixed_precision);
    for (const int to : {0, 1}) made[to] = networks_.translate(real[1 - to], to);
    critic = critics_loss(real, made, rng);
  }
  optimisers_->learn_critics(critic);
  {
    const StandingStill critics({networks_.critics[0].get(), networks_.critics[1].get()});
    {
      const nn::Autocast precision(device_, settings_.training.mixed_precision);
      adversarial = cycle = identity = at::zeros({}, real[0].options());
      for (const int to : {0, 1}) {
        adversarial = adversarial + nn::generator_loss(game_, networks_.critics[to]->forward(made[to]).to(at::kFloat));
        cycle = cycle + l1_distance(networks_.translate(made[to], 1 - to), real[1 - to]);
        if (settings_.identity > 0) identity = identity + l1_distance(networks_.translate(real[to], to), real[to]);
      }
      loss = adversarial + settings_.cycle * cycle + settings_.identity * identity;
    }
    optimisers_->learn_generators(loss);
  }
  return figures_of(device_, step, {{"loss", loss}, {"critic", critic}, {"adversarial", adversarial}, {"reconstruction", cycle}, {"identity", identity}});
}

Figures CycleTrainer::validate(int) {
  networks_.train(false);
  const torch::Tensor real[2] = {clips_.fixed(0, kValidationCrops).to(device_), clips_.fixed(1, kValidationCrops).to(device_)};
  double gap = 0, cycle = 0, identity = 0;
  for (const int to : {0, 1}) {
    const auto made = networks_.translate(real[1 - to], to);
    gap += domain_gap(made, real[to]).item<double>();
    cycle += l1_distance(networks_.translate(made, 1 - to), real[1 - to]).item<double>();
    identity += l1_distance(networks_.translate(real[to], to), real[to]).item<double>();
  }
  Figures figures = {{"gap_and_cycle", gap + cycle}, {"domain_gap", gap}, {"cycle_l1", cycle}, {"identity_l1", identity}};
  add_paired_figures(figures);
  networks_.train(true);
  return figures;
}

void CycleTrainer::visit(StateVisitor& visitor) {
  for (const int domain : {0, 1}) {
    const std::string name = kSides[domain];
    visitor.module("generator_to_" + name, *networks_.generators[domain]);
    visitor.module("critic_" + name, *networks_.critics[domain]);
    pools_[static_cast<std::size_t>(domain)].visit("pool_" + name, visitor);
  }
  visitor.module("statistics", *networks_.statistics);
  optimisers_->visit(visitor);
}

std::vector<std::pair<std::string, torch::nn::Module*>> CycleTrainer::averaged(int) {
  return {{"generator_to_source", networks_.generators[0].get()}, {"generator_to_target", networks_.generators[1].get()}};
}

}  // namespace luthier::cyclegan
