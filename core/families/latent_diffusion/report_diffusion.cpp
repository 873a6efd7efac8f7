#include "core/families/latent_diffusion/report_diffusion.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/families/family.h"

namespace luthier::report {

double NoiseSchedule::at(std::int64_t level) const {
  if (level < -1 || level >= size())
    throw ConfigError("There is no noise level " + std::to_string(level) + "; the schedule has " + std::to_string(size()) + ".");
  return level < 0 ? 1.0 : alpha_bar[level].item<double>();
}

torch::Tensor NoiseSchedule::of(const torch::Tensor& levels) const {
  return alpha_bar.to(torch::kFloat).to(levels.device()).index_select(0, levels).reshape({-1, 1, 1, 1});
}

NoiseSchedule linear_schedule(std::int64_t levels, double start, double end) {
  if (levels < 2 || !(start > 0 && start < 1 && end > 0 && end < 1))
    throw ConfigError("A noise schedule needs at least 2 timesteps, and beta_start and beta_end between 0 and 1.");
  NoiseSchedule schedule;
  schedule.beta = torch::linspace(start, end, levels, torch::kDouble);
  schedule.alpha = 1 - schedule.beta;
  schedule.alpha_bar = schedule.alpha.cumprod(0);
  return schedule;
}

torch::Tensor add_noise(const NoiseSchedule& schedule, const torch::Tensor& clean, const torch::Tensor& levels, const torch::Tensor& noise) {
  const auto share = schedule.of(levels);
  return share.sqrt() * clean + (1 - share).sqrt() * noise;
}

torch::Tensor clean_estimate(const NoiseSchedule& schedule, const torch::Tensor& noisy, const torch::Tensor& levels, const torch::Tensor& noise) {
  const auto share = schedule.of(levels);
  return (noisy - (1 - share).sqrt() * noise) / share.sqrt();
}

std::int64_t start_level(std::int64_t levels, double strength) {
  return std::clamp<std::int64_t>(std::llround(strength * static_cast<double>(levels)), 0, levels) - 1;
}

std::vector<std::int64_t> ddim_levels(std::int64_t start, std::int64_t steps) {
  std::vector<std::int64_t> levels;
  const std::int64_t count = std::min(steps, start + 1);
  for (std::int64_t i = 0; i < count; ++i)
    levels.push_back(std::llround(static_cast<double>(start + 1) * static_cast<double>(count - i) / static_cast<double>(count)) - 1);
  return levels;
}

double ddim_sigma(double alpha_bar, double alpha_bar_next, double eta) {
  return eta * std::sqrt((1 - alpha_bar_next) / (1 - alpha_bar)) * std::sqrt(1 - alpha_bar / alpha_bar_next);
}

torch::Tensor ddim_step(const torch::Tensor& clean, const torch::Tensor& noise, const torch::Tensor& fresh, double alpha_bar_next, double sigma) {
  auto next = std::sqrt(alpha_bar_next) * clean + std::sqrt(std::max(0.0, 1 - alpha_bar_next - sigma * sigma)) * noise;
  if (sigma > 0) next = next + sigma * fresh;
  return next;
}

torch::Tensor ddim_sample(const NoiseSchedule& schedule, torch::Tensor noisy, const DdimOptions& options, const NoisePredictor& predict,
                          const NoiseSource& fresh, const CleanObserver& observer, std::stop_token stop) {
  torch::NoGradGuard guard;
  const auto levels = ddim_levels(options.start, options.steps);
  double eta = options.eta;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (stop.stop_requested()) throw Cancelled();
    const double here = schedule.at(levels[i]), next = i + 1 < levels.size() ? schedule.at(levels[i + 1]) : 1.0;
    auto noise = predict(noisy, levels[i]);
    const auto clean = (noisy - std::sqrt(1 - here) * noise) / std::sqrt(here);
    if (options.turn && i + 1 < levels.size()) {
      const DdimTurn turn = options.turn(static_cast<int>(i + 1));
      if (turn.noise.defined()) noise = turn.noise;
      eta = turn.eta;
    }
    const double sigma = ddim_sigma(here, next, eta);
    noisy = ddim_step(clean, noise, sigma > 0 ? fresh() : torch::Tensor(), next, sigma);
    if (observer) observer(static_cast<int>(i + 1), static_cast<int>(levels.size()), clean);
  }
  return noisy;
}

}  // namespace luthier::report
