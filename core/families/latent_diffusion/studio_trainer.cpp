#include "core/families/latent_diffusion/studio_trainer.h"

#include <torch/torch.h>

#include <cmath>

#include "core/nn/autocast.h"

namespace luthier::studio {
namespace {

std::vector<torch::Tensor> parameters_of(const std::vector<torch::nn::Module*>& modules) {
  std::vector<torch::Tensor> all;
  for (auto* module : modules)
    for (auto& parameter : module->parameters()) all.push_back(parameter);
  return all;
}

constexpr std::int64_t kFiguresEveryOnCuda = 20;  // reading a figure waits for the device

}  // namespace

StudioTrainer::StudioTrainer(const TrainingInputs& inputs, const StudioSettings& settings)
    : inputs_(inputs), settings_(settings), source_(inputs, settings), networks_((torch::manual_seed(1), settings), inputs.device) {
  if (finish_only() && !networks_.finisher) throw ConfigError("There are no finishing blocks to learn alone (learns = finish); set 'finish_blocks' above 0.");
  Rng rng(271828, 0);
  networks_.autoencoder->fit(source_.draw_any(std::min<std::int64_t>(256, 64 + 2 * static_cast<std::int64_t>(source_.clips().size())), rng));
  AdamWOptions options;
  options.learning_rate = settings.learning_rate;
  options.weight_decay = settings.weight_decay;
  const auto decoder = learning_decoder();
  if (!decoder.empty()) decoder_optimiser_ = std::make_unique<FlatAdamW>(parameters_of(decoder), options);
  auto& autoencoder = *networks_.autoencoder;
  const auto encoder = decoder.empty() ? std::vector<torch::nn::Module*>{&autoencoder} : autoencoder.encoder();
  if (settings.ae_steps > 0 && (settings.ae_residual || !settings.pca_start)) autoencoder_optimiser_ = std::make_unique<FlatAdamW>(parameters_of(encoder), options);
  optimiser_ = std::make_unique<FlatAdamW>(parameters_of(denoising()), options);
  if (finishes_apart()) finish_optimiser_ = std::make_unique<FlatAdamW>(parameters_of({networks_.finisher.get()}), options);
  if (settings.pitch_loss > 0) salience_.emplace(settings, inputs.device);
  triples_ = source_.validation_triples(inputs.device.is_cuda() ? 48 : 12);
  if (!triples_.empty()) validation_ = source_.fixed(triples_, settings.frames);
  torch::NoGradGuard guard;
  Rng scale_rng(271828, 1);
  networks_.autoencoder->fit_scale(networks_.autoencoder->normalise(source_.draw_any(64, scale_rng)));
}

std::vector<torch::nn::Module*> StudioTrainer::denoising() {
  if (finish_only()) return {networks_.finisher.get()};
  std::vector<torch::nn::Module*> all = {networks_.denoiser.get(), networks_.style_encoder.get()};
  if (networks_.refiner) all.push_back(networks_.refiner.get());
  if (networks_.finisher && !finishes_apart()) all.push_back(networks_.finisher.get());
  return all;
}

std::vector<PhaseInfo> StudioTrainer::phases() const {
  std::vector<PhaseInfo> all;
  if (settings_.ae_steps > 0) all.push_back({"autoencoder", autoencoder_optimiser_ ? settings_.ae_steps : 1});
  all.push_back({settings_.objective, settings_.steps});
  return all;
}

void StudioTrainer::enter_phase(int phase) {
  if (is_autoencoder(phase)) return;
  for (auto& parameter : networks_.autoencoder->parameters()) parameter.set_requires_grad(false);
  for (auto& parameter : parameters_of(learning_decoder())) parameter.set_requires_grad(true);
  torch::NoGradGuard guard;
  Rng rng(271828, 2);
  networks_.autoencoder->fit_scale(networks_.autoencoder->normalise(source_.draw_any(64, rng)));
}

Batch StudioTrainer::draw(int phase, Rng& rng) {
  torch::NoGradGuard guard;
  auto& autoencoder = *networks_.autoencoder;
  if (is_autoencoder(phase)) return {{"features", autoencoder.normalise(source_.draw_any(settings_.batch, rng))}};
  auto mel = source_.draw(settings_.batch, rng, /*validation=*/false);
  Batch batch;
  batch["target"] = autoencoder.normalise(mel["target"]);
  batch["style"] = autoencoder.normalise(mel["style"]);
  batch["content"] = autoencoder.normalise(mel["content"]);
  batch["content_latent"] = networks_.encoded(batch["content"]);
  batch["target_latent"] = autoencoder.encode(batch["target"]);
  const auto device = inputs_.device;
  const auto uniform = rng.uniform({settings_.batch}, device);
  const auto terminal = rng.uniform({settings_.batch}, device) < settings_.terminal_share;
  batch["time"] = torch::where(terminal, torch::ones_like(uniform), uniform);
  batch["noise"] = rng.normal(batch["target_latent"].sizes(), device);
  batch["dropped"] = (rng.uniform({settings_.batch}, device) < settings_.style_drop).to(torch::kFloat);
  return batch;
}

Style StudioTrainer::styled(const torch::Tensor& features, const torch::Tensor& dropped) {
  auto style = networks_.style_encoder->forward(features);
  networks_.style_memory->keep(style.vector);
  const auto none = networks_.style_encoder->none(features.size(0));
  const auto off = dropped.unsqueeze(1);
  style.vector = style.vector * (1 - off) + none.vector * off;
  style.tokens = style.tokens * (1 - off.unsqueeze(2)) + none.tokens * off.unsqueeze(2);
  return style;
}

torch::Tensor StudioTrainer::autoencoder_loss(const Batch& batch, Rng& rng, Figures& figures) {
  const auto& features = batch.at("features");
  torch::Tensor latent, decoded;
  {
    const nn::Autocast precision(inputs_.device, settings_.mixed_precision, nn::Autocast::Where::any);
    latent = networks_.autoencoder->encode(features).to(torch::kFloat);
    decoded = networks_.autoencoder->decode(latent + settings_.latent_noise * rng.normal(latent.sizes(), inputs_.device), features.size(1));
  }
  const auto error = (decoded.to(torch::kFloat) - features).abs().mean();
  // Without this the encoder would grow its latents until the noise does not matter.
  const auto excess = torch::relu(latent.square().mean() - 1.0);
  const auto loss = error + 0.1 * excess;
  if (!inputs_.device.is_cuda()) figures = {{"loss", loss.item<double>()}, {"mel_l1", (error * networks_.autoencoder->deviation).item<double>()}};
  return loss;
}

torch::Tensor StudioTrainer::diffusion_loss(const Batch& batch, Figures& figures) {
  const auto& x = batch.at("target_latent");
  const auto time = batch.at("time");
  const bool regression = settings_.objective == "regression";
  const auto t = time.reshape({-1, 1, 1});
  const auto alpha = alpha_of(t), sigma = sigma_of(t);
  const auto z = regression ? torch::zeros_like(x) : alpha * x + sigma * batch.at("noise");
  torch::Tensor out, decoded;
  {
    const nn::Autocast precision(inputs_.device, settings_.mixed_precision, nn::Autocast::Where::any);
    Style style;
    {
      const torch::AutoGradMode gradients(!finish_only());
      style = styled(batch.at("style"), batch.at("dropped"));
      out = networks_.denoiser->forward(z, batch.at("content_latent"), regression ? torch::ones_like(time) : time, style).to(torch::kFloat);
      if (settings_.mel_loss > 0 || settings_.distance_loss > 0 || regression || finish_only())
        decoded = networks_.rendered(regression ? -out : alpha * z - sigma * out, batch.at("content"), style);
    }
    if (decoded.defined()) decoded = networks_.finished(decoded, batch.at("content"), style);
  }
  torch::Tensor error, loss;
  if (finish_only()) {
    error = (decoded - batch.at("target")).square().mean();
    loss = decoded_error(decoded, batch.at("target"), std::max(settings_.mel_loss, 0.5));
  } else if (regression) {
    error = (out + x).square().mean();  // v at pure noise, without the noise: so it can go on from diffusion
    loss = decoded_error(decoded, batch.at("target"), 1);
  } else {
    const auto weight = settings_.low_noise_weight + (1 - settings_.low_noise_weight) * sigma.square();
    error = ((out - (alpha * batch.at("noise") - sigma * x)).square() * weight).mean();
    loss = error;
    if (decoded.defined()) loss = loss + decoded_error(decoded, batch.at("target"), settings_.mel_loss);
  }
  figures = {{"loss", 0}, {"error", 0}};
  const bool read = !inputs_.device.is_cuda();
  if (read) figures = {{"loss", loss.item<double>()}, {finish_only() ? "mel_mse" : regression ? "latent_mse" : "v_mse", error.item<double>()}};
  return loss;
}

torch::Tensor StudioTrainer::decoded_error(const torch::Tensor& decoded, const torch::Tensor& target, double mel_weight) const {
  auto loss = mel_weight * (decoded - target).abs().mean();
  if (settings_.distance_loss > 0) loss = loss + settings_.distance_loss * distance_error(decoded, target);
  if (settings_.cepstral_loss > 0) loss = loss + settings_.cepstral_loss * cepstral_error(decoded, target);
  if (salience_) loss = loss + settings_.pitch_loss * salience_->error(networks_.autoencoder->denormalise(decoded), networks_.autoencoder->denormalise(target));
  if (settings_.energy_loss > 0) loss = loss + settings_.energy_loss * energy_error(decoded, target, networks_.autoencoder->deviation);
  return loss;
}

torch::Tensor StudioTrainer::descend(const std::vector<FlatAdamW*>& optimisers, const std::function<torch::Tensor()>& loss, std::int64_t step, std::int64_t total) {
  const double progress = static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, total));
  const double warm = std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(std::max<std::int64_t>(1, settings_.warmup)));
  rate_ = settings_.learning_rate * warm * (0.02 + 0.98 * 0.5 * (1 + std::cos(progress * M_PI)));
  for (auto* optimiser : optimisers)
    if (optimiser) optimiser->zero_grad();
  loss().backward();
  torch::Tensor norm;
  for (auto* optimiser : optimisers) {
    if (!optimiser) continue;
    optimiser->set_learning_rate(optimiser == finish_optimiser_.get() ? rate_ * settings_.finish_rate : rate_);
    const auto own = optimiser->step();
    if (!norm.defined()) norm = own;
  }
  return norm;
}

Figures StudioTrainer::update(int phase, const Batch& batch, std::int64_t step, Rng& rng) {
  Figures figures;
  if (is_autoencoder(phase)) {
    if (!autoencoder_optimiser_) {  // a purely linear autoencoder is already fitted
      torch::NoGradGuard guard;
      autoencoder_loss(batch, rng, figures);
      return figures;
    }
    descend({autoencoder_optimiser_.get(), decoder_optimiser_.get()}, [&] { return autoencoder_loss(batch, rng, figures); }, step, settings_.ae_steps);
    return figures;
  }
  torch::Tensor loss;
  const auto norm = descend({optimiser_.get(), decoder_optimiser_.get(), finish_optimiser_.get()}, [&] { return loss = diffusion_loss(batch, figures); }, step, settings_.steps);
  if (inputs_.device.is_cuda()) {
    figures.clear();
    if (step % kFiguresEveryOnCuda == 0) figures = {{"loss", loss.item<double>()}, {"gradient_norm", norm.item<double>()}};
  } else {
    figures.push_back({"gradient_norm", norm.item<double>()});
  }
  return figures;
}

Figures StudioTrainer::validate(int phase) {
  if (validation_.empty()) return {};
  if (!is_autoencoder(phase)) return validate_diffusion();
  auto& autoencoder = *networks_.autoencoder;
  const auto features = autoencoder.normalise(validation_.at("target"));
  const auto latent = autoencoder.encode(features);
  const auto error = (autoencoder.decode(latent, features.size(1)) - features).abs().mean() * autoencoder.deviation;
  return {{"mel_l1", error.item<double>()}, {"latent_deviation", latent.std().item<double>()}};
}

Figures StudioTrainer::validate_diffusion() {
  const nn::Autocast precision(inputs_.device, settings_.mixed_precision, nn::Autocast::Where::any);
  auto& autoencoder = *networks_.autoencoder;
  const auto target = autoencoder.normalise(validation_.at("target"));
  const auto content_features = autoencoder.normalise(validation_.at("content"));
  const auto content = networks_.encoded(content_features).to(torch::kFloat);
  const auto latent = autoencoder.encode(target).to(torch::kFloat);
  const auto style = networks_.style_encoder->forward(autoencoder.normalise(validation_.at("style")));
  Figures figures;
  const auto error_of = [&](int steps, const Style& by) {
    StudioTransferSettings options;
    options.steps = steps;
    Rng rng(99, static_cast<std::uint64_t>(steps));
    const auto rendered = networks_.finished(networks_.rendered(sample(networks_, content, by, options, rng, {}, {}), content_features, by), content_features, by);
    return ((rendered - target).abs().mean() * autoencoder.deviation).item<double>();
  };
  figures.emplace_back("mel_l1", error_of(1, style));
  if (settings_.objective == "diffusion") {
    figures.emplace_back("mel_l1_4_steps", error_of(4, style));
    Rng rng(98, 0);
    const auto noise = rng.normal(latent.sizes(), inputs_.device);
    for (const auto& [name, level] : {std::pair{"v_mse_t10", 0.1}, {"v_mse_t50", 0.5}, {"v_mse_t90", 0.9}}) {
      const double alpha = std::cos(level * M_PI / 2), sigma = std::sin(level * M_PI / 2);
      const auto time = torch::full({latent.size(0)}, level, latent.options());
      const auto v = networks_.denoiser->forward(alpha * latent + sigma * noise, content, time, style).to(torch::kFloat);
      figures.emplace_back(name, (v - (alpha * noise - sigma * latent)).square().mean().item<double>());
    }
  }
  // Control: with styles shifted among the examples the error must rise, or the style is being ignored.
  const Style shifted{style.vector.roll(1, 0), style.tokens.roll(1, 0)};
  figures.emplace_back("mel_l1_swapped_style", error_of(1, shifted));
  return figures;
}

std::vector<Preview> StudioTrainer::preview(int phase) {
  if (triples_.empty()) return {};
  const nn::Autocast precision(inputs_.device, settings_.mixed_precision, nn::Autocast::Where::any);
  auto& autoencoder = *networks_.autoencoder;
  const auto first = [&](const char* name) { return validation_.at(name).narrow(0, 0, 1); };
  const auto target = autoencoder.normalise(first("target"));
  torch::Tensor rendered;
  if (is_autoencoder(phase)) {
    rendered = autoencoder.decode(autoencoder.encode(target).to(torch::kFloat), target.size(1)).to(torch::kFloat);
  } else {
    const auto style = networks_.style_encoder->forward(autoencoder.normalise(first("style")));
    StudioTransferSettings options;
    Rng rng(97, 0);
    const auto content = autoencoder.normalise(first("content"));
    const auto latent = sample(networks_, networks_.encoded(content).to(torch::kFloat), style, options, rng, {}, {});
    rendered = networks_.finished(networks_.rendered(latent, content, style), content, style);
  }
  const auto result = autoencoder.denormalise(rendered);
  const auto decibels = [](const torch::Tensor& log_mel) { return (log_mel[0].t() * 8.685889638).to(torch::kCPU).contiguous(); };
  const auto& clips = source_.clips().clips;
  const auto name = [&](std::int64_t i) { return clips[static_cast<std::size_t>(i)].label; };
  const std::string title = name(triples_[0].content) + " to " + name(triples_[0].target);
  RepresentationSpec spec;
  spec.kind = "log_mel";
  spec.sample_rate = static_cast<int>(settings_.rate);
  spec.n_fft = static_cast<int>(settings_.n_fft);
  spec.hop = static_cast<int>(settings_.hop);
  spec.bands = static_cast<int>(settings_.bands);
  const auto representation = make_representation(spec);
  const auto sound = [&](const torch::Tensor& log_mel) {
    return representation->invert(log_mel[0].t().unsqueeze(0).to(torch::kCPU).to(torch::kFloat).contiguous(), {}).mono();
  };
  std::vector<Preview> all;
  all.push_back({title + ": result", decibels(result), sound(result), spec.sample_rate});
  all.push_back({title + ": truth", decibels(first("target")), sound(first("target")), spec.sample_rate});
  all.push_back({title + ": content", decibels(first("content")), sound(first("content")), spec.sample_rate});
  return all;
}

void StudioTrainer::visit(StateVisitor& visitor) {
  visitor.module("autoencoder", *networks_.autoencoder);
  visitor.module("style_encoder", *networks_.style_encoder);
  visitor.module("denoiser", *networks_.denoiser);
  visitor.module("style_memory", *networks_.style_memory);
  if (networks_.refiner) visitor.module("refiner", *networks_.refiner);
  if (networks_.finisher) visitor.module("finisher", *networks_.finisher);
  if (autoencoder_optimiser_) autoencoder_optimiser_->visit("autoencoder_optimiser", visitor);
  if (decoder_optimiser_) decoder_optimiser_->visit("decoder_optimiser", visitor);
  optimiser_->visit("optimiser", visitor);
  if (finish_optimiser_) finish_optimiser_->visit("finish_optimiser", visitor);
}

std::vector<std::pair<std::string, torch::nn::Module*>> StudioTrainer::averaged(int phase) {
  if (is_autoencoder(phase)) return {};
  std::vector<std::pair<std::string, torch::nn::Module*>> all = {{"style_encoder", networks_.style_encoder.get()}, {"denoiser", networks_.denoiser.get()}};
  if (networks_.refiner) all.emplace_back("refiner", networks_.refiner.get());
  if (networks_.finisher) all.emplace_back("finisher", networks_.finisher.get());
  if (!learning_decoder().empty()) all.emplace_back("autoencoder", networks_.autoencoder.get());
  return all;
}

std::map<std::string, std::string> StudioTrainer::record() const {
  return {{"pairing", source_.paired() ? "phrases" : "unpaired"}};
}

}  // namespace luthier::studio
