#include "core/families/travelgan/travel_trainer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/nn/autocast.h"

namespace luthier::travelgan {
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
    : TwoWayTrainer(inputs, settings.labels, settings.sound.frames, 1), settings_(settings), game_(nn::game_from(settings.training.game)),
      networks_((at::manual_seed(seed_of(inputs.config)), settings), inputs.device) {
  networks_.statistics->value.copy_(clips_.statistics());
  optimisers_ = std::make_unique<AdversarialOptimisers>(
      pace_of(settings.training),
      std::vector<const torch::nn::Module*>{networks_.generators[0].get(), networks_.generators[1].get(), networks_.siamese.get()},
      std::vector<const torch::nn::Module*>{networks_.critics[0].get(), networks_.critics[1].get()});
}

Batch TravelTrainer::draw(int, Rng& rng) {
  Batch batch;
  for (const int domain : {0, 1}) {
    auto crops = clips_.draw(domain, settings_.training.batch, rng);
    for (std::int64_t i = 0; i < crops.size(0); ++i) {
      const double gain = settings_.quietest + (1 - settings_.quietest) * rng.uniform();
      crops[i].add_(std::log10(gain));
    }
    batch[kSides[domain]] = settings_.scaled(crops).to(device_);
  }
  return batch;
}

Figures TravelTrainer::update(int, const Batch& batch, std::int64_t step, Rng&) {
  optimisers_->begin(step);
  const torch::Tensor real[2] = {batch.at(kSides[0]), batch.at(kSides[1])};
  torch::Tensor made[2], loss;
  auto critic = at::zeros({}, real[0].options()), adversarial = critic, travel = critic, margin = critic, identity = critic;
  {
    const nn::Autocast precision(device_, settings_.training.mixed_precision);
    for (const int to : {0, 1}) {
      made[to] = networks_.generators[to]->forward(real[1 - to]);
      auto& judge = networks_.critics[to];
      critic = critic + 0.5 * nn::critic_loss(game_, judge->forward(real[to]).to(at::kFloat), judge->forward(made[to].detach()).to(at::kFloat));
    }
  }
  optimisers_->learn_critics(critic);
  {
    const StandingStill critics({networks_.critics[0].get(), networks_.critics[1].get()});
    {
      const nn::Autocast precision(device_, settings_.training.mixed_precision);
      for (const int to : {0, 1}) {
        adversarial = adversarial + nn::generator_loss(game_, networks_.critics[to]->forward(made[to]).to(at::kFloat));
        const auto before = travel_vectors(networks_.siamese->forward(real[1 - to]).to(at::kFloat));
        const auto after = travel_vectors(networks_.siamese->forward(made[to]).to(at::kFloat));
        travel = travel + travel_loss(before, after);
        margin = margin + margin_loss(before, settings_.margin);
        if (settings_.identity > 0) identity = identity + l1_distance(networks_.generators[to]->forward(real[to]), real[to]);
      }
    }
    loss = settings_.adversarial * adversarial + settings_.travel * travel + settings_.margin_weight * margin + settings_.identity * identity;
    optimisers_->learn_generators(loss);
  }
  return figures_of(device_, step,
                    {{"loss", loss}, {"critic", critic}, {"adversarial", adversarial}, {"travel", travel}, {"margin", margin}, {"reconstruction", identity}});
}

Figures TravelTrainer::validate(int) {
  networks_.train(false);
  const torch::Tensor real[2] = {scaled(clips_.fixed(0, kValidationCrops)), scaled(clips_.fixed(1, kValidationCrops))};
  double gap = 0, turned = 0;
  for (const int to : {0, 1}) {
    const auto made = networks_.generators[to]->forward(real[1 - to]);
    gap += domain_gap(made, real[to]).item<double>();
    if (made.size(0) < 2) continue;
    const auto before = travel_vectors(networks_.siamese->forward(real[1 - to]));
    turned += 1 - at::cosine_similarity(before, travel_vectors(networks_.siamese->forward(made)), 1, 1e-8).mean().item<double>();
  }
  Figures figures = {{"gap_and_turn", gap + turned}, {"domain_gap", gap}, {"travel_turn", turned}};
  add_paired_figures(figures);
  networks_.train(true);
  return figures;
}

void TravelTrainer::visit(StateVisitor& visitor) {
  for (const int domain : {0, 1}) {
    const std::string name = kSides[domain];
    visitor.module("generator_to_" + name, *networks_.generators[domain]);
    visitor.module("critic_" + name, *networks_.critics[domain]);
  }
  visitor.module("siamese", *networks_.siamese);
  visitor.module("statistics", *networks_.statistics);
  optimisers_->visit(visitor);
}

std::vector<std::pair<std::string, torch::nn::Module*>> TravelTrainer::averaged(int) {
  return {{"generator_to_source", networks_.generators[0].get()}, {"generator_to_target", networks_.generators[1].get()}};
}

}  // namespace luthier::travelgan
