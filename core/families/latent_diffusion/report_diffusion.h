#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "core/run/rng.h"

/// Denoising diffusion in discrete time: schedule, forward process and DDIM (Song, Meng, Ermon 2021, arXiv 2010.02502, eq. 12
/// and 16). Knows no network.
namespace luthier::report {

/// Noise levels 0 … size() - 1. All tensors [level] float64 on CPU, computed in double.
struct NoiseSchedule {
  torch::Tensor beta;       ///< variance added by a level
  torch::Tensor alpha;      ///< 1 - beta
  torch::Tensor alpha_bar;  ///< product of alpha up to and with a level: share of the clean signal's power

  std::int64_t size() const { return beta.size(0); }
  /// alpha_bar of a level; 1 (clean) for level -1.
  double at(std::int64_t level) const;
  /// alpha_bar of levels [batch] int64, shaped [batch, 1, 1, 1] float32 on the levels' device.
  torch::Tensor of(const torch::Tensor& levels) const;
};

/// beta linear from `start` to `end`, both ends included. Throws ConfigError for values outside (0, 1) or fewer than 2 levels.
NoiseSchedule linear_schedule(std::int64_t levels, double start, double end);

/// sqrt(ab) clean + sqrt(1 - ab) noise, levels [batch].
torch::Tensor add_noise(const NoiseSchedule& schedule, const torch::Tensor& clean, const torch::Tensor& levels, const torch::Tensor& noise);
/// The clean signal that a noise estimate implies: (noisy - sqrt(1 - ab) noise) / sqrt(ab).
torch::Tensor clean_estimate(const NoiseSchedule& schedule, const torch::Tensor& noisy, const torch::Tensor& levels, const torch::Tensor& noise);

/// Level that denoising starts from: strength 0 -> -1 (nothing to do), 1 -> the last level.
std::int64_t start_level(std::int64_t levels, double strength);
/// `steps` levels from `start` downwards, evenly spread: (start + 1)(steps - i)/steps - 1, rounded; the step after the last
/// leads to the clean signal. Never more than start + 1 levels. Unit stride where steps = start + 1.
std::vector<std::int64_t> ddim_levels(std::int64_t start, std::int64_t steps);

/// Deviation of the fresh noise between two levels (eq. 16): eta sqrt((1 - ab_next) / (1 - ab)) sqrt(1 - ab / ab_next).
double ddim_sigma(double alpha_bar, double alpha_bar_next, double eta);
/// sqrt(ab_next) clean + sqrt(1 - ab_next - sigma^2) noise + sigma fresh. `fresh` may be undefined where sigma is 0.
torch::Tensor ddim_step(const torch::Tensor& clean, const torch::Tensor& noise, const torch::Tensor& fresh, double alpha_bar_next, double sigma);

/// Asked after each step but the last (from 1): the noise to go on with, and eta from then on, where the way branches; an
/// undefined noise keeps the predicted one.
struct DdimTurn {
  torch::Tensor noise;
  double eta = 0;
};
struct DdimOptions {
  std::int64_t start = -1;  ///< level of the given signal
  std::int64_t steps = 1;
  double eta = 0;
  std::function<DdimTurn(int step)> turn;  ///< may be empty
};
using NoisePredictor = std::function<torch::Tensor(const torch::Tensor& noisy, std::int64_t level)>;
using NoiseSource = std::function<torch::Tensor()>;  ///< shaped as the signal; asked only where sigma > 0
using CleanObserver = std::function<void(int step, int total, const torch::Tensor& clean)>;

/// Denoises `noisy` from options.start to the clean signal. Throws Cancelled when `stop` is asked for between steps.
torch::Tensor ddim_sample(const NoiseSchedule& schedule, torch::Tensor noisy, const DdimOptions& options, const NoisePredictor& predict,
                          const NoiseSource& fresh, const CleanObserver& observer, std::stop_token stop);

}  // namespace luthier::report
