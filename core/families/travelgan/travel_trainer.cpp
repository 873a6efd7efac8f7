#include "core/families/travelgan/travel_trainer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/nn/autocast.h"

namespace luthier::travelgan {
namespace {

constexpr const char* kDomainNames[2] = {"source", "target"};
constexpr std::int64_t kValidationCrops = 8;

AdamWOptions adam(double rate, double beta1) {
  AdamWOptions options;
  options.learning_rate = rate;
  options.beta1 = beta1;
  options.beta2 = 0.999;
  options.weight_decay = 0;
  options.clip_norm = 0;
  return options;
}

torch::Tensor l1(const torch::Tensor& a, const torch::Tensor& b) { return (a.to(at::kFloat) - b).abs().mean(); }

}  // namespace

Networks::Networks(const Settings& s, torch::Device device) {
  TrunkOptions critic, embedding;
  critic.filters = s.critic_filters, critic.layers = s.layers, critic.spectral = s.spectral;
  embedding.filters = s.siamese_filters, embedding.layers = s.layers, embedding.spectral = s.spectral;
  embedding.batch_norm = false, embedding.out = s.latent;
  siamese = Trunk(embedding);
  for (const int domain : {0, 1}) {
    generators[domain] = Generator(GeneratorOptions{s.filters, s.levels, s.spectral});
    critics[domain] = Trunk(critic);
    nn::start_weights(*generators[domain], nn::Start::kaiming_normal);
    nn::start_weights(*critics[domain], nn::Start::kaiming_normal);
    generators[domain]->to(device);
    critics[domain]->to(device);
  }
  nn::start_weights(*siamese, nn::Start::kaiming_normal);
  siamese->to(device);
  statistics = nn::Constant(at::zeros({2, 2, s.sound.bands}));
}

void Networks::train(bool on) {
  for (const int domain : {0, 1}) {
    generators[domain]->train(on);
    critics[domain]->train(on);
  }
  siamese->train(on);
}

TravelTrainer::TravelTrainer(const TrainingInputs& inputs, const Settings& settings)
    : settings_(settings), game_(nn::game_from(settings.game)), device_(inputs.device), spec_(inputs.clips->representation),
      clips_(inputs.clips, inputs.pairs, {settings.labels.source_labels, settings.labels.target_labels, settings.sound.frames, 1, false}, inputs.warn),
      networks_((at::manual_seed(seed_of(inputs.config)), settings), inputs.device), rate_(settings.learning_rate) {
  networks_.statistics->value.copy_(clips_.statistics());
  generator_optimiser_ = std::make_unique<FlatAdamW>(
      nn::parameters_of({networks_.generators[0].get(), networks_.generators[1].get(), networks_.siamese.get()}),
      adam(settings.learning_rate, settings.beta1));
  critic_optimiser_ = std::make_unique<FlatAdamW>(nn::parameters_of({networks_.critics[0].get(), networks_.critics[1].get()}),
                                                  adam(settings.critic_rate, settings.beta1));
}

Batch TravelTrainer::draw(int, Rng& rng) {
  Batch batch;
  for (const int domain : {0, 1}) {
    auto crops = clips_.draw(domain, settings_.batch, rng);
    for (std::int64_t i = 0; i < crops.size(0); ++i) {
      const double gain = settings_.quietest + (1 - settings_.quietest) * rng.uniform();
      crops[i].add_(std::log10(gain)).clamp_min_(-5.0);
    }
    batch[kDomainNames[domain]] = settings_.scaled(crops).to(device_);
  }
  return batch;
}

Figures TravelTrainer::update(int, const Batch& batch, std::int64_t step, Rng&) {
  rate_ = held_then_linear(settings_.learning_rate, step, settings_.steps, settings_.hold);
  generator_optimiser_->set_learning_rate(rate_);
  critic_optimiser_->set_learning_rate(held_then_linear(settings_.critic_rate, step, settings_.steps, settings_.hold));
  const torch::Tensor real[2] = {batch.at(kDomainNames[0]), batch.at(kDomainNames[1])};
  torch::Tensor made[2];
  auto critic = at::zeros({}, real[0].options()), adversarial = critic, travel = critic, margin = critic, identity = critic;
  {
    const nn::Autocast precision(device_, settings_.mixed_precision);
    for (const int to : {0, 1}) {
      made[to] = networks_.generators[to]->forward(real[1 - to]);
      auto& judge = networks_.critics[to];
      critic = critic + 0.5 * nn::critic_loss(game_, judge->forward(real[to]).to(at::kFloat), judge->forward(made[to].detach()).to(at::kFloat));
    }
  }
  critic_optimiser_->zero_grad();
  critic.backward();
  critic_optimiser_->step();
  for (auto& one : networks_.critics) nn::require_gradients(*one, false);
  {
    const nn::Autocast precision(device_, settings_.mixed_precision);
    for (const int to : {0, 1}) {
      adversarial = adversarial + nn::generator_loss(game_, networks_.critics[to]->forward(made[to]).to(at::kFloat));
      const auto before = travel_vectors(networks_.siamese->forward(real[1 - to]).to(at::kFloat));
      const auto after = travel_vectors(networks_.siamese->forward(made[to]).to(at::kFloat));
      travel = travel + travel_loss(before, after);
      margin = margin + margin_loss(before, settings_.margin);
      if (settings_.identity > 0) identity = identity + l1(networks_.generators[to]->forward(real[to]), real[to]);
    }
  }
  const auto loss = settings_.adversarial * adversarial + settings_.travel * travel + settings_.margin_weight * margin + settings_.identity * identity;
  generator_optimiser_->zero_grad();
  loss.backward();
  generator_optimiser_->step();
  for (auto& one : networks_.critics) nn::require_gradients(*one, true);
  if (!figures_due(device_, step)) return {};
  const auto values = at::stack({loss, critic, adversarial, travel, margin, identity}).detach().to(at::kCPU).to(at::kDouble);
  const double* v = values.const_data_ptr<double>();
  return {{"loss", v[0]}, {"critic", v[1]}, {"adversarial", v[2]}, {"travel", v[3]}, {"margin", v[4]}, {"reconstruction", v[5]}};
}

Figures TravelTrainer::validate(int) {
  networks_.train(false);
  const torch::Tensor real[2] = {settings_.scaled(clips_.fixed(0, kValidationCrops)).to(device_),
                                 settings_.scaled(clips_.fixed(1, kValidationCrops)).to(device_)};
  double gap = 0, turned = 0;
  for (const int to : {0, 1}) {
    const auto made = networks_.generators[to]->forward(real[1 - to]);
    gap += domain_gap(made, real[to]).item<double>();
    if (made.size(0) < 2) continue;
    const auto before = travel_vectors(networks_.siamese->forward(real[1 - to]));
    turned += 1 - at::cosine_similarity(before, travel_vectors(networks_.siamese->forward(made)), 1, 1e-8).mean().item<double>();
  }
  Figures figures = {{"gap_and_turn", gap + turned}, {"domain_gap", gap}, {"travel_turn", turned}};
  if (const auto [from, to] = clips_.fixed_pairs(kValidationCrops); from.defined()) {
    const torch::Tensor pair[2] = {settings_.scaled(from).to(device_), settings_.scaled(to).to(device_)};
    for (const int side : {0, 1})
      figures.emplace_back(std::string("paired_l1_to_") + kDomainNames[side], l1(networks_.generators[side]->forward(pair[1 - side]), pair[side]).item<double>());
    figures.emplace_back("paired_l1_copy", l1(pair[0], pair[1]).item<double>());
  }
  networks_.train(true);
  return figures;
}

std::vector<Preview> TravelTrainer::preview(int) {
  networks_.train(false);
  std::vector<Preview> all;
  for (const int to : {1, 0}) {
    const auto content = clips_.fixed(1 - to, 1);
    const auto title = clips_.name(1 - to) + " to " + clips_.name(to);
    all.push_back(preview_of(title + ": result", settings_.unscaled(networks_.generators[to]->forward(settings_.scaled(content).to(device_)))[0], spec_));
    all.push_back(preview_of(title + ": content", content[0], spec_));
  }
  networks_.train(true);
  return all;
}

void TravelTrainer::visit(StateVisitor& visitor) {
  for (const int domain : {0, 1}) {
    const std::string name = kDomainNames[domain];
    visitor.module("generator_to_" + name, *networks_.generators[domain]);
    visitor.module("critic_" + name, *networks_.critics[domain]);
  }
  visitor.module("siamese", *networks_.siamese);
  visitor.module("statistics", *networks_.statistics);
  generator_optimiser_->visit("generator_optimiser", visitor);
  critic_optimiser_->visit("critic_optimiser", visitor);
}

std::vector<std::pair<std::string, torch::nn::Module*>> TravelTrainer::averaged(int) {
  return {{"generator_to_source", networks_.generators[0].get()}, {"generator_to_target", networks_.generators[1].get()}};
}

std::map<std::string, std::string> TravelTrainer::record() const {
  return {{"source_labels", clips_.name(0)}, {"target_labels", clips_.name(1)}};
}

}  // namespace luthier::travelgan
