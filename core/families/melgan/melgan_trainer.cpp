#include "core/families/melgan/melgan_trainer.h"

#include <ATen/ATen.h>

#include <charconv>
#include <cmath>
#include <sstream>

#include "core/nn/adversarial_loss.h"

namespace luthier::melgan {
namespace {

constexpr std::int64_t kValidationCrops = 8, kLevelCrops = 32;
using Maps = std::vector<std::vector<torch::Tensor>>;

/// Of features [batch, band, frame] at the highest level, played at levels from `quietest` to 1.
double loudest_of(const torch::Tensor& features, double quietest) {
  return features.amax(at::IntArrayRef{1, 2}).mean().item<double>() + std::log10((1 + quietest) / 2);
}

torch::Tensor critics_loss(const Maps& real, const Maps& made) {
  torch::Tensor sum;
  for (std::size_t k = 0; k < real.size(); ++k) {
    const auto loss = nn::critic_loss(nn::Game::hinge, real[k].back(), made[k].back());
    sum = sum.defined() ? sum + loss : loss;
  }
  return sum;
}

/// L1 between the activations, 1/scales times 4/layers for each map, layers counting the scores' too.
torch::Tensor feature_loss(const Maps& real, const Maps& made) {
  torch::Tensor sum;
  for (std::size_t k = 0; k < real.size(); ++k)
    for (std::size_t i = 0; i + 1 < real[k].size(); ++i) {
      const double weight = 4.0 / static_cast<double>(real[k].size() - 2) / static_cast<double>(real.size());
      const auto loss = weight * (made[k][i] - real[k][i].detach()).abs().mean();
      sum = sum.defined() ? sum + loss : loss;
    }
  return sum;
}

/// Settings that contradict each other, said before anything is read or made.
void check(const Settings& settings) {
  settings.sound.check();
  generator_options(settings);
  critic_options(settings);
  if (settings.critic_start > 0 && settings.mel_weight <= 0)
    throw ConfigError("Before the critics join in there is only the distance of mel spectrograms to learn from; raise 'mel_weight' or set 'critic_start' to 0.");
}

}  // namespace

nn::MelGanGeneratorOptions generator_options(const Settings& s) {
  nn::MelGanGeneratorOptions options;
  options.bands = s.sound.bands;
  options.filters = s.filters;
  options.residual_layers = s.residual_layers;
  options.ratios.clear();
  std::int64_t product = 1;
  std::istringstream list(s.ratios);
  for (std::string part; std::getline(list, part, ',');) {
    std::int64_t ratio = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), ratio);
    if (error != std::errc() || end != part.data() + part.size() || ratio < 1 || ratio > 64)
      throw ConfigError("Setting 'ratios' cannot be '" + s.ratios + "': it must be whole numbers from 1 to 64 separated by commas, as in 8,8,2,2.");
    options.ratios.push_back(ratio);
    product *= ratio;
  }
  if (product != s.sound.hop)
    throw ConfigError("The ratios " + s.ratios + " multiply to " + std::to_string(product) + ", but the hop is " + std::to_string(s.sound.hop) +
                      "; change 'ratios' or 'hop'.");
  return options;
}

nn::MelGanCriticOptions critic_options(const Settings& s) {
  if (s.critic_filters % 4 != 0)
    throw ConfigError("Setting 'critic_filters' cannot be " + std::to_string(s.critic_filters) + ": it must be a multiple of 4.");
  nn::MelGanCriticOptions options;
  options.filters = s.critic_filters;
  return options;
}

MelGanTrainer::MelGanTrainer(const TrainingInputs& inputs, const Settings& settings)
    : settings_(settings), device_(inputs.device),
      clips_((check(settings), inputs.clips), settings.sound.labels, settings.sound.spec(), settings.sound.frames, inputs.device) {
  if (settings.sound.kind == "log10_mel") loudest_ = to_text(loudest_of(clips_.fixed(kLevelCrops).features, settings.quietest));
  at::manual_seed(seed_of(inputs.config));
  generator_ = nn::MelGanGenerator(generator_options(settings));
  critic_ = nn::MelGanCritic(critic_options(settings));
  generator_->to(device_);
  critic_->to(device_);
  optimisers_ = std::make_unique<AdversarialOptimisers>(
      AdversarialPace{settings.learning_rate, settings.learning_rate, settings.beta1, settings.beta2, settings.steps, settings.hold},
      std::vector<const torch::nn::Module*>{generator_.get()}, std::vector<const torch::nn::Module*>{critic_.get()});
}

Batch MelGanTrainer::draw(int, Rng& rng) {
  auto batch = clips_.draw(settings_.batch, settings_.quietest, rng);
  return {{"samples", batch.samples}, {"features", batch.features}};
}

Figures MelGanTrainer::update(int, const Batch& batch, std::int64_t step, Rng&) {
  optimisers_->begin(step);
  const auto& real = batch.at("samples");
  const bool judged = static_cast<double>(step) >= settings_.critic_start * static_cast<double>(settings_.steps);
  const auto made = generator_->forward(batch.at("features"));
  auto critic = at::zeros({}, real.options()), adversarial = critic, matching = critic, loss = critic;
  if (judged) {
    critic = critics_loss(critic_->forward(real), critic_->forward(made.detach()));
    optimisers_->learn_critics(critic);
  }
  torch::Tensor distance;
  {
    const StandingStill critics({critic_.get()});
    if (judged) {
      Maps real_maps;
      {
        at::NoGradGuard guard;
        real_maps = critic_->forward(real);
      }
      const auto made_maps = critic_->forward(made);
      for (const auto& scale : made_maps) adversarial = adversarial + nn::generator_loss(nn::Game::hinge, scale.back());
      matching = feature_loss(real_maps, made_maps);
      loss = adversarial + settings_.feature_matching * matching;
    }
    if (settings_.mel_weight > 0) {
      distance = mel_distance(made, real, clips_.mel());
      loss = loss + settings_.mel_weight * distance;
    }
    optimisers_->learn_generators(loss);
  }
  if (!figures_due(device_, step)) return {};
  if (!distance.defined()) distance = mel_distance(made.detach(), real, clips_.mel());
  return figures_of(device_, step, {{"loss", loss}, {"critic", critic}, {"adversarial", adversarial}, {"features", matching}, {"reconstruction", distance}});
}

Figures MelGanTrainer::validate(int) {
  const auto truth = clips_.fixed(kValidationCrops);
  if (!griffin_lim_) griffin_lim_ = griffin_lim_score(truth, clips_.mel());
  return score_figures(vocoder_score(generator_->forward(truth.features), truth.samples, clips_.mel()), *griffin_lim_);
}

std::vector<Preview> MelGanTrainer::preview(int) {
  const auto truth = clips_.fixed(1);
  const auto made = generator_->forward(truth.features);
  return {sound_preview("decoded", made, clips_.mel(), truth.features[0]), sound_preview("truth", truth.samples, clips_.mel(), truth.features[0])};
}

std::map<std::string, std::string> MelGanTrainer::record() const {
  return loudest_.empty() ? std::map<std::string, std::string>{} : std::map<std::string, std::string>{{"loudest", loudest_}};
}

void MelGanTrainer::visit(StateVisitor& visitor) {
  visitor.module("generator", *generator_);
  visitor.module("critic", *critic_);
  optimisers_->visit(visitor);
}

}  // namespace luthier::melgan
