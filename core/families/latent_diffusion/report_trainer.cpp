#include "core/families/latent_diffusion/report_trainer.h"

#include <torch/torch.h>

#include <algorithm>

#include "core/families/latent_diffusion/report.h"
#include "core/families/latent_diffusion/report_sampler.h"

namespace luthier::report {
namespace {

constexpr std::int64_t kMeasured = 64;  ///< pictures or pairs of a validation

std::int64_t seed_of(const Config& config) {
  const auto found = config.find("seed");
  return found == config.end() ? 1 : std::get<std::int64_t>(found->second);
}

/// The run's device, after the default generators were seeded: weights are drawn from them.
torch::Device seeded(const TrainingInputs& inputs) {
  Rng(static_cast<std::uint64_t>(seed_of(inputs.config)), ~std::uint64_t{0}).seed_defaults();
  return inputs.device;
}

std::vector<torch::Tensor> parameters_of(std::initializer_list<torch::nn::Module*> modules) {
  std::vector<torch::Tensor> all;
  for (auto* module : modules)
    for (auto& parameter : module->parameters()) all.push_back(parameter);
  return all;
}

void set_learning(torch::nn::Module& module, bool learns) {
  for (auto& parameter : module.parameters()) parameter.set_requires_grad(learns);
}

torch::Tensor decibels(const torch::Tensor& picture) { return picture.reshape({kPicture, -1}).to(torch::kCPU) * 80 - 80; }

}  // namespace

double PlateauSchedule::after(double criterion, double step, double rate) {
  if (criterion < best_ * (1 - 1e-4)) {
    best_ = criterion;
    best_step_ = step;
  } else if (step - best_step_ > patience_) {
    best_step_ = step;  // counts anew at the lower rate
    return std::max(minimum_, rate * factor_);
  }
  return rate;
}

void PlateauSchedule::visit(const std::string& name, StateVisitor& visitor) {
  visitor.number(name + ".best", best_);
  visitor.number(name + ".best_step", best_step_);
}

ReportTrainer::ReportTrainer(const TrainingInputs& inputs, const ReportSettings& settings)
    : inputs_(inputs),
      settings_(settings),
      source_(inputs, settings.pairing),
      features_(settings, source_.labels(), seeded(inputs)),
      losses_(settings, features_.perceptual(), features_.style()),
      networks_(settings, inputs.device),
      schedule_(linear_schedule(settings.timesteps, settings.beta_start, settings.beta_end)),
      autoencoder_plateau_(settings.plateau_factor, settings.ae_patience, settings.ae_minimum_rate),
      diffusion_plateau_(settings.plateau_factor, settings.diffusion_patience, 0) {
  autoencoder_optimiser_ = std::make_unique<torch::optim::AdamW>(
      parameters_of({networks_.encoder.get(), networks_.decoder.get()}),
      torch::optim::AdamWOptions(settings.ae_learning_rate).weight_decay(settings.ae_weight_decay));
  auto trained = parameters_of({networks_.unet.get(), networks_.style_encoder.get()});
  if (settings.train_decoder)
    for (auto& parameter : networks_.decoder->parameters()) trained.push_back(parameter);
  diffusion_optimiser_ = std::make_unique<torch::optim::Adam>(trained, torch::optim::AdamOptions(settings.diffusion_learning_rate));
  pictures_ = source_.validation_pictures(kMeasured);
  pairs_ = source_.validation_pairs(std::min<std::int64_t>(kMeasured, pictures_.at("picture").size(0)));
  Rng rng(20240415, 0);
  const std::int64_t count = pairs_.at("content").size(0), side = kPicture / kLatentStride;
  // The same share of every noise level in each validation.
  pairs_["level"] = (torch::arange(count) * settings.timesteps / count).to(torch::kLong).to(inputs.device);
  pairs_["noise"] = rng.normal({count, settings.latent_channels, side, side}).to(inputs.device);
  if (inputs.warn)
    for (const auto& [name, origin] : features_.record())
      if (origin.starts_with("stand-in"))
        inputs.warn("No weight file is named for the feature network '" + name.substr(name.find('.') + 1) + "'; a stand-in is trained on the labels of the clips.");
}

std::vector<PhaseInfo> ReportTrainer::phases() const {
  std::vector<PhaseInfo> all;
  if (features_.has_stand_ins()) all.push_back({"features", settings_.stand_in_steps});
  all.push_back({"autoencoder", settings_.ae_steps});
  all.push_back({"diffusion", settings_.diffusion_steps});
  return all;
}

void ReportTrainer::enter_phase(int phase) {
  stage_ = stage_of(phase);
  if (stage_ != Stage::features) features_.freeze();
  const bool diffusion = stage_ == Stage::diffusion;
  set_learning(*networks_.encoder, !diffusion);
  set_learning(*networks_.decoder, !diffusion || settings_.train_decoder);
  set_modes(stage_, true);
}

/// The frozen encoder's batch norm keeps its statistics in the diffusion phase: the decoder and the U-Net rely on its latents.
void ReportTrainer::set_modes(Stage stage, bool training) {
  networks_.encoder->train(training && stage == Stage::autoencoder);
  networks_.decoder->train(training && (stage == Stage::autoencoder || settings_.train_decoder));
  networks_.unet->train(training);
  networks_.style_encoder->train(training);
}

torch::optim::Optimizer& ReportTrainer::optimiser(Stage stage) {
  if (stage == Stage::diffusion) return *diffusion_optimiser_;
  return *autoencoder_optimiser_;
}

Batch ReportTrainer::draw(int phase, Rng& rng) {
  if (stage_of(phase) != Stage::diffusion) return source_.draw_pictures(settings_.batch, rng);
  Batch batch = source_.draw_pairs(settings_.batch, rng);
  const std::int64_t side = kPicture / kLatentStride;
  batch["level"] = rng.integers(settings_.timesteps, {settings_.batch}, inputs_.device);
  batch["noise"] = rng.normal({settings_.batch, settings_.latent_channels, side, side}, inputs_.device);
  return batch;
}

torch::Tensor ReportTrainer::autoencoder_loss(const Batch& batch, Figures& figures) {
  const auto latent = networks_.encoder->forward(batch.at("picture"));
  return losses_.compression(batch.at("picture"), networks_.decoder->forward(latent), latent, &figures);
}

torch::Tensor ReportTrainer::noise_estimate(const Batch& batch, const torch::Tensor& style) {
  const auto noisy = add_noise(schedule_, batch.at("latent"), batch.at("level"), batch.at("noise"));
  return networks_.unet->forward(noisy, batch.at("level"), networks_.style_encoder->forward(style));
}

torch::Tensor ReportTrainer::diffusion_loss(const Batch& given, Figures& figures) {
  Batch batch = given;
  {
    torch::NoGradGuard guard;
    batch["latent"] = networks_.encoder->forward(batch.at("content"));
  }
  const auto estimate = noise_estimate(batch, batch.at("style"));
  const auto error = torch::mse_loss(estimate, batch.at("noise"));
  figures.emplace_back("noise_mse", error.item<double>());
  auto loss = error;
  if (settings_.compression_weight <= 0 && !losses_.has_style()) return loss;
  const auto noisy = add_noise(schedule_, batch.at("latent"), batch.at("level"), batch.at("noise"));
  const auto decoded = networks_.decoder->forward(clean_estimate(schedule_, noisy, batch.at("level"), estimate));
  if (settings_.compression_weight > 0) {
    const auto compression = losses_.compression(batch.at("content"), decoded, batch.at("latent"), nullptr);
    figures.emplace_back("compression", compression.item<double>());
    loss = loss + settings_.compression_weight * compression;
  }
  if (losses_.has_style()) {
    const auto style = losses_.style(decoded, batch.at("style"));
    figures.emplace_back("style", style.item<double>());
    loss = loss + settings_.style_weight * style;
  }
  return loss;
}

Figures ReportTrainer::update(int phase, const Batch& batch, std::int64_t, Rng&) {
  const Stage stage = stage_of(phase);
  if (stage == Stage::features) return features_.train(batch.at("picture"), batch.at("label"));
  Figures parts;
  optimiser(stage).zero_grad();
  const auto loss = stage == Stage::autoencoder ? autoencoder_loss(batch, parts) : diffusion_loss(batch, parts);
  loss.backward();
  optimiser(stage).step();
  (stage == Stage::autoencoder ? autoencoder_steps_ : diffusion_steps_) += 1;
  parts.insert(parts.begin(), {"loss", loss.item<double>()});
  return parts;
}

Figures ReportTrainer::validate(int phase) {
  torch::NoGradGuard guard;
  const Stage stage = stage_of(phase);
  if (stage == Stage::features) return features_.measure(pictures_.at("picture"), pictures_.at("label"));
  set_modes(stage, false);
  const auto figures = stage == Stage::autoencoder ? validate_autoencoder() : validate_diffusion();
  set_modes(stage, true);
  return figures;
}

Figures ReportTrainer::validate_autoencoder() {
  const auto& picture = pictures_.at("picture");
  const auto latent = networks_.encoder->forward(picture);
  const auto decoded = networks_.decoder->forward(latent);
  Figures figures;
  const double loss = losses_.compression(picture, decoded, latent, &figures).item<double>();
  figures.insert(figures.begin(), {"loss", loss});
  figures.emplace_back("error_db", (decoded - picture).abs().mean().item<double>() * 80);
  return figures;
}

Figures ReportTrainer::validate_diffusion() {
  Figures figures;
  const double loss = diffusion_loss(pairs_, figures).item<double>();
  figures.insert(figures.begin(), {"loss", loss});
  // Control: with the styles handed on to the next pair the error must rise, or the style is being ignored.
  Batch batch = pairs_;
  batch["latent"] = networks_.encoder->forward(batch.at("content"));
  const auto swapped = noise_estimate(batch, batch.at("style").roll(1, 0));
  figures.emplace_back("noise_mse_swapped_style", torch::mse_loss(swapped, batch.at("noise")).item<double>());
  return figures;
}

std::vector<Preview> ReportTrainer::preview(int phase) {
  torch::NoGradGuard guard;
  const Stage stage = stage_of(phase);
  if (stage == Stage::features) return {};
  set_modes(stage, false);
  std::vector<Preview> all;
  const auto add = [&](const std::string& title, const torch::Tensor& picture) {
    Preview preview;
    preview.title = title;
    preview.picture = decibels(picture);
    all.push_back(std::move(preview));
  };
  if (stage == Stage::autoencoder) {
    const auto picture = pictures_.at("picture").narrow(0, 0, 1);
    add("autoencoder: reconstruction", networks_.decoder->forward(networks_.encoder->forward(picture)));
    add("autoencoder: original", picture);
  } else {
    const auto content = pairs_.at("content")[0].to(torch::kCPU), style = pairs_.at("style")[0].to(torch::kCPU);
    const std::string title = source_.validation_title();
    for (const double strength : {0.5, 1.0}) {
      ReportTransferSettings options;
      options.steps = 20;
      options.strength = strength;
      const auto result = transfer(networks_, schedule_, content, style, options, {}, {});
      add(title + ": result, strength " + (strength < 1 ? "0.5" : "1"), result);
      const auto sound = make_representation(report_representation())->invert(result, {});
      all.back().sound = sound.mono();
      all.back().sample_rate = report_representation().sample_rate;
    }
    add(title + ": content", content);
    add(title + ": style", style);
  }
  set_modes(stage, true);
  return all;
}

void ReportTrainer::after_validation(int phase, double criterion) {
  const Stage stage = stage_of(phase);
  if (stage == Stage::features) return;
  auto& options = optimiser(stage).param_groups().front().options();
  const bool diffusion = stage == Stage::diffusion;
  auto& plateau = diffusion ? diffusion_plateau_ : autoencoder_plateau_;
  options.set_lr(plateau.after(criterion, diffusion ? diffusion_steps_ : autoencoder_steps_, options.get_lr()));
}

double ReportTrainer::learning_rate() const {
  if (stage_ == Stage::features) return features_.learning_rate();
  const auto& groups = stage_ == Stage::diffusion ? diffusion_optimiser_->param_groups() : autoencoder_optimiser_->param_groups();
  return groups.front().options().get_lr();
}

void ReportTrainer::visit(StateVisitor& visitor) {
  visitor.module("encoder", *networks_.encoder);
  visitor.module("decoder", *networks_.decoder);
  visitor.module("style_encoder", *networks_.style_encoder);
  visitor.module("unet", *networks_.unet);
  visitor.optimiser("autoencoder", *autoencoder_optimiser_);
  visitor.optimiser("diffusion", *diffusion_optimiser_);
  autoencoder_plateau_.visit("autoencoder_plateau", visitor);
  diffusion_plateau_.visit("diffusion_plateau", visitor);
  visitor.number("autoencoder_steps", autoencoder_steps_);
  visitor.number("diffusion_steps", diffusion_steps_);
  features_.visit(visitor);
}

std::vector<std::pair<std::string, torch::nn::Module*>> ReportTrainer::averaged(int phase) {
  switch (stage_of(phase)) {
    case Stage::features: return {};
    case Stage::autoencoder: return {{"encoder", networks_.encoder.get()}, {"decoder", networks_.decoder.get()}};
    case Stage::diffusion: break;
  }
  std::vector<std::pair<std::string, torch::nn::Module*>> all = {{"style_encoder", networks_.style_encoder.get()}, {"unet", networks_.unet.get()}};
  if (settings_.train_decoder) all.emplace_back("decoder", networks_.decoder.get());
  return all;
}

}  // namespace luthier::report
