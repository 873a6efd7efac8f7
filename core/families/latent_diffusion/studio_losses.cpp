#include "core/families/latent_diffusion/studio_losses.h"

#include <torch/torch.h>

#include <cmath>

#include "core/families/latent_diffusion/studio.h"
#include "core/signal/mel_front_end.h"

namespace luthier::studio {
namespace {

constexpr int kLowestNote = 36, kHighestNote = 96, kPartials = 10;

/// c1 … c13 of an orthonormal DCT-II over `bands`, as columns [band, 13].
torch::Tensor cepstral_basis(std::int64_t bands, const torch::TensorOptions& options) {
  const auto band = (torch::arange(bands, options) + 0.5) * (M_PI / static_cast<double>(bands));
  return torch::cos(band.unsqueeze(1) * torch::arange(1, 14, options)) * std::sqrt(2.0 / static_cast<double>(bands));
}

}  // namespace

torch::Tensor energy_error(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& deviation) {
  const auto level = [&](const torch::Tensor& x) { return torch::logsumexp(2.0 * deviation * x, 1) / 2.0; };
  return (level(a) - level(b)).abs().mean() / deviation;
}

torch::Tensor distance_error(const torch::Tensor& a, const torch::Tensor& b) { return ((a - b).square().mean(1) + 1e-6).sqrt().mean(); }

torch::Tensor cepstral_error(const torch::Tensor& a, const torch::Tensor& b) {
  const auto cepstra = torch::matmul(a - b, cepstral_basis(a.size(-1), a.options()));
  return (cepstra.square().sum(-1) / static_cast<double>(a.size(-1)) + 1e-6).sqrt().mean();
}

NoteSalience::NoteSalience(const StudioSettings& settings, torch::Device device) {
  const auto weights = MelFrontEnd(studio_representation(settings), torch::kCPU).filterbank().t().contiguous();  // [band, bin]
  const std::int64_t bands = weights.size(0), bins = weights.size(1);
  const auto sums = weights.sum(1).clamp_min(1e-9);
  level_ = sums.log().to(device);

  const auto centres = torch::matmul(weights, torch::arange(bins, torch::kFloat)) / sums;  // [band], in bins
  const auto apart = (centres.unsqueeze(1) - centres).abs();                               // [other, band]
  const auto steps = (torch::arange(bands).unsqueeze(1) - torch::arange(bands)).abs();
  const auto neighbours = ((steps <= 3) | (apart <= centres / 4)).to(torch::kFloat);
  neighbours_ = (neighbours / neighbours.sum(0)).to(device);

  const auto shares = weights / sums.unsqueeze(1);
  auto partials = torch::zeros({bands, kHighestNote - kLowestNote + 1});
  for (int note = kLowestNote; note <= kHighestNote; ++note) {
    const double bin = 440.0 * std::pow(2.0, (note - 69) / 12.0) * static_cast<double>(settings.n_fft) / static_cast<double>(settings.rate);
    for (int m = 1; m <= kPartials && m * bin < static_cast<double>(bins - 2); ++m) {
      const auto at = static_cast<std::int64_t>(std::lround(m * bin));
      const auto column = shares.select(1, at);
      partials.select(1, note - kLowestNote).add_(column / column.sum().clamp_min(1e-9), std::pow(0.86, m - 1));
    }
  }
  partials_ = partials.to(device);
}

torch::Tensor NoteSalience::operator()(const torch::Tensor& log_mel) const {
  const auto magnitude = torch::exp(log_mel - level_);
  const auto around = torch::matmul(magnitude.square(), neighbours_);
  const auto salience = torch::matmul(magnitude * torch::pow(around + 1e-6, -0.3), partials_);
  return salience / (salience.amax(-1, true) + 1e-6);
}

torch::Tensor NoteSalience::error(const torch::Tensor& a, const torch::Tensor& b) const {
  const auto power = torch::exp(2.0 * b).sum(-1);                                                                           // [batch, frame]
  const auto heard = (power > power.amax(1, true) * std::pow(10.0, -4.5)).to(torch::kFloat);
  const auto error = ((*this)(a) - (*this)(b)).abs().mean(-1);
  return (error * heard).sum() / (heard.sum() + 1e-6);
}

}  // namespace luthier::studio
