#include "core/families/latent_diffusion/studio_sampler.h"

#include <algorithm>
#include <cmath>

#include "core/families/family.h"

namespace luthier::studio {
namespace {

/// dB a second: two notes of one level apart in time are told apart by how far the two have fallen apart.
constexpr double kSlowFall = 4, kQuickFall = 16;
constexpr std::int64_t kStretch = 1500;  ///< frames that are finished at a time; even

}  // namespace

Networks::Networks(const StudioSettings& s, torch::Device target)
    : settings(s), autoencoder(s), style_encoder(s), denoiser(s), style_memory(s.embedding), device(target) {
  autoencoder->to(device);
  style_encoder->to(device);
  denoiser->to(device);
  style_memory->to(device);
  if (s.refine_blocks > 0) refiner = Refiner(s), refiner->to(device);
  if (s.finish_blocks > 0) finisher = Finisher(s), finisher->to(device);
}

void Networks::eval() {
  autoencoder->eval();
  style_encoder->eval();
  denoiser->eval();
  if (refiner) refiner->eval();
  if (finisher) finisher->eval();
}

torch::Tensor Networks::ringing(const torch::Tensor& features) const {
  const double neper = std::log(10.0) / 20, per_second = static_cast<double>(settings.rate) / static_cast<double>(settings.hop);
  const double unit = neper / per_second / autoencoder->deviation.item<double>();  // of a dB a second
  return torch::cat({ringing_on(features, kSlowFall * unit), ringing_on(features, kQuickFall * unit)}, -1);
}

torch::Tensor Networks::encoded(const torch::Tensor& features, const torch::Tensor& rung) {
  const auto content = autoencoder->encode(features);
  if (!rung.defined()) return content;
  const auto parts = rung.chunk(2, -1);
  return torch::cat({content, autoencoder->encode(parts[0]), autoencoder->encode(parts[1])}, -1);
}

torch::Tensor Networks::rendered(const torch::Tensor& latent, const torch::Tensor& content, const Style& style) {
  auto decoded = autoencoder->decode(latent, content.size(1)).to(torch::kFloat);
  if (!refiner) return decoded;
  return refiner->forward(decoded, content, style).to(torch::kFloat);
}

torch::Tensor Networks::finished(const torch::Tensor& rendered, const torch::Tensor& content, const Style& style, std::stop_token stop) {
  if (!finisher) return rendered;
  const auto rung = ringing(rendered.detach()), content_rung = ringing(content);
  const std::int64_t frames = rendered.size(1);
  std::vector<torch::Tensor> stretches;
  for (std::int64_t start = 0; start < frames; start += kStretch) {
    if (stop.stop_requested()) throw Cancelled();
    const std::int64_t from = std::max<std::int64_t>(0, start - finisher->look_back()), end = std::min(frames, start + kStretch);
    const auto cut = [&](const torch::Tensor& x) { return x.narrow(1, from, end - from); };
    stretches.push_back(finisher->forward(cut(rendered), cut(rung), cut(content), cut(content_rung), style).to(torch::kFloat).narrow(1, start - from, end - start));
  }
  return torch::cat(stretches, 1);
}

namespace {

/// v for one noise level, with guidance away from "no style" where asked for.
torch::Tensor guided(Networks& networks, const torch::Tensor& z, const torch::Tensor& content, double time, const Style& style,
                     double guidance) {
  const auto batch = z.size(0);
  const auto t = torch::full({batch}, time, z.options());
  auto v = networks.denoiser->forward(z, content, t, style).to(torch::kFloat);
  if (guidance == 1.0) return v;
  const auto plain = networks.denoiser->forward(z, content, t, networks.style_encoder->none(batch)).to(torch::kFloat);
  return plain + guidance * (v - plain);
}

}  // namespace

LatentSampler::LatentSampler(Networks& networks, torch::Tensor content, Style style, const StudioTransferSettings& options, Rng& rng,
                             std::uint64_t stream)
    : networks_(networks), content_(std::move(content)), style_(std::move(style)), options_(options),
      branches_(parse_branches(options.branches, schema_of<StudioTransferSettings>())), rng_(&rng), stream_(stream),
      total_(networks.settings.objective == "regression" ? 1 : static_cast<int>(std::max<std::int64_t>(1, options.steps))) {
  if (!branches_.empty() && branches_.back().step >= total_)
    throw ConfigError("There is nothing to branch into after step " + std::to_string(branches_.back().step) + ": the transfer has " +
                      std::to_string(total_) + (total_ == 1 ? " step" : " steps") + "; take an earlier step or more steps.");
}

torch::Tensor LatentSampler::fresh_noise() { return rng_->normal(shape(), content_.device()) * options_.temperature; }

torch::Tensor LatentSampler::step() {
  torch::NoGradGuard guard;
  if (networks_.settings.objective == "regression") {
    ++done_;
    return estimate_ = -guided(networks_, torch::zeros(shape(), content_.options()), content_, 1.0, style_, options_.guidance);
  }
  if (done_ == 0) z_ = fresh_noise();
  else descend();
  const double time = done_ == 0 ? 1.0 : options_.start_level * (1.0 - static_cast<double>(done_) / total_);
  const double alpha = std::cos(time * M_PI / 2), sigma = std::sin(time * M_PI / 2);
  const auto v = guided(networks_, z_, content_, time, style_, options_.guidance);
  estimate_ = done_ == 0 ? -v : alpha * z_ - sigma * v;
  noise_ = done_ == 0 ? z_ : sigma * z_ + alpha * v;
  ++done_;
  return estimate_;
}

/// From the estimate of the last step to the noise level of the next.
void LatentSampler::descend() {
  if (!branches_.empty() && branches_.front().step == done_) {
    branch(branches_.front());
    branches_.erase(branches_.begin());
  }
  const double next = options_.start_level * (1.0 - static_cast<double>(done_) / total_);
  if (options_.eta > 0) noise_ = std::sqrt(1 - options_.eta * options_.eta) * noise_ + options_.eta * fresh_noise();
  z_ = std::cos(next * M_PI / 2) * estimate_ + std::sin(next * M_PI / 2) * noise_;
}

void LatentSampler::branch(const Branch& at) {
  Config changed = at.changes;
  const bool redraw = changed.count("seed") || changed.count("temperature");
  ConfigReader reader(changed);
  options_.describe(reader);
  if (!redraw) return;
  own_rng_.emplace(static_cast<std::uint64_t>(options_.seed), stream_ | static_cast<std::uint64_t>(at.step) << 32);
  rng_ = &*own_rng_;
  noise_ = fresh_noise();
}

torch::Tensor sample(Networks& networks, const torch::Tensor& content, const Style& style, const StudioTransferSettings& options,
                     Rng& rng, const LatentObserver& observer, std::stop_token stop) {
  LatentSampler sampler(networks, content, style, options, rng);
  torch::Tensor estimate;
  for (int i = 1; i <= sampler.total(); ++i) {
    if (stop.stop_requested()) throw Cancelled();
    estimate = sampler.step();
    if (observer) observer(i, sampler.total(), estimate);
  }
  return estimate;
}

}  // namespace luthier::studio
