#include "core/families/guidediff/guidediff_trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/nn/autocast.h"

namespace luthier::guidediff {
namespace {
constexpr std::int64_t kValidationCrops = 8, kFitCrops = 32;
}

GuideDiffTrainer::GuideDiffTrainer(const TrainingInputs& inputs, const Settings& settings)
    : settings_(settings), device_(inputs.device),
      clips_((settings.sound.check(), inputs.clips), settings.sound.labels, settings.sound.spec(), settings.sound.frames, inputs.device),
      rate_(settings.learning_rate) {
  at::manual_seed(seed_of(inputs.config));
  decoder_ = Decoder(settings);
  decoder_->to(device_);
  Rng rng(271828, 0);
  decoder_->fit_envelope(clips_.draw(kFitCrops, settings.quietest, rng));
  AdamWOptions options;
  options.learning_rate = settings.learning_rate;
  options.beta2 = 0.99;
  options.weight_decay = settings.weight_decay;
  optimiser_ = std::make_unique<FlatAdamW>(decoder_->parameters(), options);
}

Batch GuideDiffTrainer::draw(int, Rng& rng) {
  const auto truth = clips_.draw(settings_.batch, settings_.quietest, rng);
  Batch batch = {{"samples", truth.samples}, {"features", truth.features}};
  const auto uniform = rng.uniform({settings_.batch}, device_);
  const auto terminal = rng.uniform({settings_.batch}, device_) < settings_.terminal_share;
  batch["time"] = at::where(terminal, at::ones_like(uniform), uniform);
  batch["noise"] = rng.normal({settings_.batch, truth.samples.size(2)}, device_);
  return batch;
}

Figures GuideDiffTrainer::update(int, const Batch& batch, std::int64_t step, Rng&) {
  const double progress = static_cast<double>(step) / static_cast<double>(settings_.steps);
  const double warm = std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(std::max<std::int64_t>(1, settings_.warmup)));
  rate_ = settings_.learning_rate * warm * (0.02 + 0.49 * (1 + std::cos(progress * std::numbers::pi)));
  optimiser_->set_learning_rate(rate_);
  const auto& features = batch.at("features");
  const auto envelope = decoder_->envelope(features);
  const auto x = batch.at("samples").squeeze(1) / envelope;
  const auto angle = batch.at("time").unsqueeze(1) * (std::numbers::pi / 2);
  const auto alpha = angle.cos(), sigma = angle.sin();
  const auto& noise = batch.at("noise");
  const auto z = alpha * x + sigma * noise;
  torch::Tensor v;
  {
    const nn::Autocast precision(device_, settings_.mixed_precision);
    v = decoder_->forward(z, features, batch.at("time"));
  }
  const auto error = (v - (alpha * noise - sigma * x)).square().mean();
  const auto made = ((alpha * z - sigma * v) * envelope).unsqueeze(1);
  const auto distance = mel_distance(made, batch.at("samples"), clips_.mel());
  const auto loss = error + settings_.spectral_loss * distance;
  optimiser_->zero_grad();
  loss.backward();
  const auto norm = optimiser_->step();
  if (!figures_due(device_, step)) return {};
  const auto values = at::stack({loss, error, distance, norm}).detach().to(at::kCPU).to(at::kDouble);
  const double* figure = values.const_data_ptr<double>();
  return {{"loss", figure[0]}, {"v_mse", figure[1]}, {"reconstruction", figure[2]}, {"gradient_norm", figure[3]}};
}

torch::Tensor GuideDiffTrainer::sampled(const torch::Tensor& features, std::int64_t steps, std::uint64_t seed) {
  Rng rng(seed, static_cast<std::uint64_t>(steps));
  const nn::Autocast precision(device_, settings_.mixed_precision);
  return sample(*decoder_, features, rng.normal({features.size(0), features.size(2) * settings_.sound.hop}, device_), steps, {}).unsqueeze(1);
}

Figures GuideDiffTrainer::validate(int) {
  const auto truth = clips_.fixed(kValidationCrops);
  if (!griffin_lim_) griffin_lim_ = griffin_lim_score(truth, clips_.mel());
  auto figures = score_figures(vocoder_score(sampled(truth.features, settings_.validation_steps, 99), truth.samples, clips_.mel()), *griffin_lim_);
  figures.emplace_back("mel_l1_1_step", vocoder_score(sampled(truth.features, 1, 99), truth.samples, clips_.mel()).mel_l1);
  return figures;
}

std::vector<Preview> GuideDiffTrainer::preview(int) {
  const auto truth = clips_.fixed(1);
  const auto made = sampled(truth.features, settings_.validation_steps, 97);
  return {sound_preview("decoded", made, clips_.mel(), truth.features[0]), sound_preview("truth", truth.samples, clips_.mel(), truth.features[0])};
}

void GuideDiffTrainer::visit(StateVisitor& visitor) {
  visitor.module("decoder", *decoder_);
  optimiser_->visit("optimiser", visitor);
}

}  // namespace luthier::guidediff
