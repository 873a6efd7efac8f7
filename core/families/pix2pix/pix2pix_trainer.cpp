#include "core/families/pix2pix/pix2pix_trainer.h"

#include <ATen/ATen.h>

#include "core/nn/autocast.h"

namespace luthier::pix2pix {
namespace {

constexpr std::int64_t kValidationPairs = 8;
constexpr double kDecibels = 40;  // one unit of mel_db

torch::Tensor both(const torch::Tensor& content, const torch::Tensor& result) { return at::cat({content, result}, 1); }

}  // namespace

Networks::Networks(const Settings& s, torch::Device device) : settings(s) {
  generator = nn::UnetGenerator(nn::UnetGeneratorOptions{1, 1, s.filters, s.depth, s.dropout});
  nn::PatchCriticOptions options;
  options.in = 2;
  options.filters = s.critic_filters;
  options.batch_norm = true;
  critic = nn::PatchCritic(options);
  nn::start_weights(*generator, nn::Start::normal_002);
  nn::start_weights(*critic, nn::Start::normal_002);
  statistics = nn::Constant(at::zeros({2, 2, s.sound.bands}));
  generator->to(device);
  critic->to(device);
}

torch::Tensor Networks::translate(const torch::Tensor& x) {
  const auto y = generator->forward(x).to(at::kFloat);
  return settings.residual_output ? x + 2 * y : y;
}

void Networks::train(bool on) {
  generator->train(on);
  critic->train(on);
}

Pix2PixTrainer::Pix2PixTrainer(const TrainingInputs& inputs, const Settings& settings)
    : settings_(settings), game_(nn::game_from(settings.training.game)), device_(inputs.device), spec_(inputs.clips->representation),
      clips_(inputs.clips, inputs.pairs, {settings.labels.source_labels, settings.labels.target_labels, settings.sound.frames, settings.grid, true},
             inputs.warn),
      networks_((at::manual_seed(seed_of(inputs.config)), settings), inputs.device) {
  networks_.statistics->value.copy_(clips_.statistics());
  optimisers_ = std::make_unique<AdversarialOptimisers>(pace_of(settings.training), std::vector<const torch::nn::Module*>{networks_.generator.get()},
                                                        std::vector<const torch::nn::Module*>{networks_.critic.get()});
}

Batch Pix2PixTrainer::draw(int, Rng& rng) {
  const auto [content, target] = clips_.draw_pairs(settings_.training.batch, rng);
  return {{"content", content.to(device_)}, {"target", target.to(device_)}};
}

Figures Pix2PixTrainer::update(int, const Batch& batch, std::int64_t step, Rng&) {
  optimisers_->begin(step);
  const auto &content = batch.at("content"), &target = batch.at("target");
  const bool judged = settings_.adversarial > 0 &&
                      static_cast<double>(step) >= settings_.critic_start * static_cast<double>(settings_.training.steps);
  torch::Tensor made, error, loss, critic = at::zeros({}, content.options()), adversarial = critic;
  {
    const nn::Autocast precision(device_, settings_.training.mixed_precision);
    made = networks_.translate(content);
    if (judged)
      critic = nn::critic_loss(game_, networks_.critic->forward(both(content, target)).to(at::kFloat),
                               networks_.critic->forward(both(content, made.detach())).to(at::kFloat)) / 2;
  }
  if (judged) optimisers_->learn_critics(critic);
  {
    const StandingStill critics({networks_.critic.get()});
    {
      const nn::Autocast precision(device_, settings_.training.mixed_precision);
      error = l1_distance(made, target);
      if (judged) adversarial = nn::generator_loss(game_, networks_.critic->forward(both(content, made)).to(at::kFloat));
      loss = settings_.adversarial * adversarial + settings_.l1 * error;
    }
    optimisers_->learn_generators(loss);
  }
  return figures_of(device_, step, {{"loss", loss}, {"critic", critic}, {"adversarial", adversarial}, {"reconstruction", error}});
}

Figures Pix2PixTrainer::validate(int) {
  networks_.train(false);
  const auto [from, to] = clips_.fixed_pairs(kValidationPairs);
  const auto content = from.to(device_), target = to.to(device_);
  const auto made = networks_.translate(content);
  networks_.train(true);
  return {{"l1_db", kDecibels * (made - target).abs().mean().item<double>()},
          {"l1_db_copy", kDecibels * (content - target).abs().mean().item<double>()},
          {"domain_gap", domain_gap(made, target).item<double>()}};
}

std::vector<Preview> Pix2PixTrainer::preview(int) {
  networks_.train(false);
  const auto [from, to] = clips_.fixed_pairs(1);
  const auto made = networks_.translate(from.to(device_)).clamp(-1, 1);
  networks_.train(true);
  const auto title = clips_.name(0) + " to " + clips_.name(1);
  return {preview_of(title + ": result", made[0], spec_), preview_of(title + ": truth", to[0], spec_),
          preview_of(title + ": content", from[0], spec_)};
}

void Pix2PixTrainer::visit(StateVisitor& visitor) {
  visitor.module("generator", *networks_.generator);
  visitor.module("critic", *networks_.critic);
  // Taken from the clips at every start: runs that were begun without them go on.
  if (dynamic_cast<StateSaver*>(&visitor)) visitor.module("statistics", *networks_.statistics);
  optimisers_->visit(visitor);
}

std::map<std::string, std::string> Pix2PixTrainer::record() const {
  return {{"source_labels", clips_.name(0)}, {"target_labels", clips_.name(1)}, {"direction", "to_target"}};
}

}  // namespace luthier::pix2pix
