#include "core/families/simplegan/simplegan_trainer.h"

#include <torch/torch.h>

namespace luthier::simplegan {
namespace {

constexpr std::int64_t kValidationCrops = 32, kAxes = 8;

torch::nn::LeakyReLU leaky(double slope) { return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(slope)); }

}  // namespace

GeneratorImpl::GeneratorImpl(const Settings& s) : bands_(s.sound.bands), frames_(s.sound.frames) {
  gen_ = register_module("gen", torch::nn::Sequential(torch::nn::Linear(s.latent, s.hidden), leaky(s.slope),
                                                      torch::nn::Linear(s.hidden, bands_ * frames_), torch::nn::Tanh()));
}

torch::Tensor GeneratorImpl::forward(const torch::Tensor& noise) { return gen_->forward(noise).reshape({-1, 1, bands_, frames_}); }

torch::Tensor GeneratorImpl::axes() const {
  torch::NoGradGuard guard;
  const auto weight = gen_->named_parameters()["0.weight"].detach().to(torch::kCPU);
  const auto directions = std::get<2>(torch::linalg_svd(weight, /*full_matrices=*/false));  // [.., latent], strongest first
  auto first = directions.narrow(0, 0, std::min(kAxes, directions.size(0))).clone();
  // A singular vector has no sign of its own; its largest entry decides, so that a slider always goes the same way.
  const auto largest = first.gather(1, first.abs().argmax(1, true));
  return first * largest.sign();
}

CriticImpl::CriticImpl(const Settings& s) {
  disc_ = register_module("disc", torch::nn::Sequential(torch::nn::Linear(s.sound.bands * s.sound.frames, s.critic_hidden), leaky(s.slope),
                                                        torch::nn::Linear(s.critic_hidden, 1)));
}

torch::Tensor CriticImpl::forward(const torch::Tensor& x) { return disc_->forward(x.flatten(1)); }

SimpleGanTrainer::SimpleGanTrainer(const TrainingInputs& inputs, const Settings& settings)
    : settings_(settings), game_(nn::game_from(settings.game)), device_(inputs.device), spec_(inputs.clips->representation),
      clips_(inputs.clips, settings.labels, settings.sound.frames, settings.grid) {
  torch::manual_seed(seed_of(inputs.config));
  generator_ = Generator(settings);
  critic_ = Critic(settings);
  generator_->to(device_);
  critic_->to(device_);
  optimisers_ = std::make_unique<AdversarialOptimisers>(AdversarialPace{settings.learning_rate, settings.learning_rate, settings.beta1, 0.999, settings.steps, 1},
                                                        std::vector<const torch::nn::Module*>{generator_.get()},
                                                        std::vector<const torch::nn::Module*>{critic_.get()});
}

Batch SimpleGanTrainer::draw(int, Rng& rng) {
  return {{"real", clips_.draw(settings_.batch, rng).to(device_)}, {"noise", rng.normal({settings_.batch, settings_.latent}, device_)}};
}

torch::Tensor SimpleGanTrainer::seen(const torch::Tensor& x, Rng& rng) const {
  return settings_.critic_noise > 0 ? x + settings_.critic_noise * rng.normal(x.sizes(), device_) : x;
}

Figures SimpleGanTrainer::update(int, const Batch& batch, std::int64_t step, Rng& rng) {
  optimisers_->begin(step);
  const auto& real = batch.at("real");
  const auto made = generator_->forward(batch.at("noise"));
  const auto critic = nn::critic_loss(game_, critic_->forward(seen(real, rng)), critic_->forward(seen(made.detach(), rng))) / 2;
  optimisers_->learn_critics(critic);
  torch::Tensor loss;
  {
    const StandingStill critics({critic_.get()});
    loss = nn::generator_loss(game_, critic_->forward(seen(made, rng)));
    optimisers_->learn_generators(loss);
  }
  // Noise has no truth to be compared with; how far the mean picture is off is the nearest thing to a reconstruction error.
  const auto error = l1_distance(made.detach().mean(0), real.mean(0));
  return figures_of(device_, step, {{"loss", loss}, {"critic", critic}, {"reconstruction", error}});
}

Figures SimpleGanTrainer::validate(int) {
  const auto real = clips_.fixed(kValidationCrops).to(device_);
  Rng rng(161803, 0);
  const auto made = generator_->forward(rng.normal({kValidationCrops, settings_.latent}, device_));
  return {{"domain_gap", domain_gap(made, real).item<double>()},
          {"spread", made.std(0).mean().item<double>()},
          {"spread_real", real.size(0) > 1 ? real.std(0).mean().item<double>() : 0.0}};
}

std::vector<Preview> SimpleGanTrainer::preview(int) {
  Rng rng(161803, 1);
  const auto made = generator_->forward(rng.normal({2, settings_.latent}, device_));
  return {preview_of("made from noise: 1", made[0], spec_), preview_of("made from noise: 2", made[1], spec_),
          preview_of("a clip", clips_.fixed(1)[0], spec_)};
}

void SimpleGanTrainer::visit(StateVisitor& visitor) {
  visitor.module("generator", *generator_);
  visitor.module("critic", *critic_);
  optimisers_->visit(visitor);
}

}  // namespace luthier::simplegan
