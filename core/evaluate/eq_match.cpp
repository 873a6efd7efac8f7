#include "core/evaluate/eq_match.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/analysis/stft.h"
#include "core/evaluate/clip_analysis.h"

namespace luthier {
namespace {

constexpr int kFft = 2048;
constexpr int kHop = 512;
constexpr int kLifter = 30;

/// ln of the mean power per bin, halved.
std::vector<double> log_average(const audio::Spectrum& spectrum) {
  std::vector<double> out(static_cast<std::size_t>(spectrum.bins), 0.0);
  for (int t = 0; t < spectrum.frames; ++t)
    for (std::size_t k = 0; k < out.size(); ++k) out[k] += static_cast<double>(std::norm(spectrum.frame(t)[k]));
  for (double& v : out) v = 0.5 * std::log(v / spectrum.frames + 1e-8);
  return out;
}

/// Real part of the spectrum of a cepstrum cut to lags -30 … 29 (lag 30 stands on one side only, as in the reference code).
std::vector<double> smooth(const std::vector<double>& g) {
  const int half = static_cast<int>(g.size()) - 1, n = 2 * half;
  const double step = 2.0 * std::numbers::pi / n;
  std::vector<double> out(g.size(), 0.0);
  for (int lag = 0; lag <= kLifter; ++lag) {
    double q = g[0] + (lag % 2 == 0 ? 1.0 : -1.0) * g.back();
    for (int k = 1; k < half; ++k) q += 2.0 * g[static_cast<std::size_t>(k)] * std::cos(step * ((lag * k) % n));
    q /= n;
    const double weight = lag == 0 || lag == kLifter ? 1.0 : 2.0;
    for (int k = 0; k <= half; ++k) out[static_cast<std::size_t>(k)] += weight * q * std::cos(step * ((lag * k) % n));
  }
  return out;
}

double rms(std::span<const float> x) {
  double sum = 0.0;
  for (float v : x) sum += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(sum / static_cast<double>(x.size()));
}

}  // namespace

std::vector<float> eq_match(std::span<const float> content, std::span<const float> style) {
  if (content.size() < kFft || style.size() < kFft)
    throw EvaluationError("EQ match needs content and style of at least 2048 samples.");
  audio::Stft stft({.n_fft = kFft, .hop = kHop, .pad = audio::PadMode::reflect});
  audio::Spectrum spectrum = stft.forward(normalise_rms(content));
  const std::vector<double> own = log_average(spectrum);
  std::vector<double> gain = log_average(stft.forward(normalise_rms(style)));
  for (std::size_t k = 0; k < gain.size(); ++k) gain[k] -= own[k];
  gain = smooth(gain);
  for (double& v : gain) v = std::exp(std::clamp(v, -4.0, 4.0));
  for (int t = 0; t < spectrum.frames; ++t)
    for (std::size_t k = 0; k < gain.size(); ++k) spectrum.frame(t)[k] *= static_cast<float>(gain[k]);
  std::vector<float> out = stft.inverse(spectrum);
  const double scale = rms(content) / (rms(out) + 1e-12);
  for (float& v : out) v = static_cast<float>(static_cast<double>(v) * scale);
  return out;
}

}  // namespace luthier
