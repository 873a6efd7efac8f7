#include "audio/analysis/mel_inversion.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "audio/analysis/fft_plan.h"
#include "audio/analysis/kernels.h"
#include "audio/audio_buffer.h"

namespace luthier::audio {
namespace {

using detail::BinWeights;
using detail::kLanes;

void check(const Spectrogram& mel, const MelFilterbank& filterbank) {
  if (mel.bands != filterbank.bands())
    throw AudioError("A mel spectrogram of " + std::to_string(mel.bands) +
                     " bands does not fit a filterbank of " + std::to_string(filterbank.bands()) + ".");
}

/// The filterbank seen from the bins: triangles overlap with their neighbours only, so a bin has at most two
/// bands.
std::vector<BinWeights> by_bin(const MelFilterbank& filterbank) {
  std::vector<BinWeights> weights(static_cast<std::size_t>(filterbank.bins()), BinWeights{-1, 0.0f, 0.0f});
  for (int band = 0; band < filterbank.bands(); ++band) {
    const MelFilterbank::Row& row = filterbank.rows()[static_cast<std::size_t>(band)];
    for (int i = 0; i < row.count; ++i) {
      BinWeights& bin = weights[static_cast<std::size_t>(row.first + i)];
      const float weight = filterbank.weights()[row.offset + static_cast<std::size_t>(i)];
      if (bin.band < 0) {
        bin = {band, weight, 0.0f};
      } else {
        bin.upper = weight;
      }
    }
  }
  for (BinWeights& bin : weights) bin.band = std::max(bin.band, 0);
  return weights;
}

/// B' x for one column.
template <class Vector>
double spread(const BinWeights& bin, const Vector& mel) {
  const auto band = static_cast<std::size_t>(bin.band);
  return bin.lower * mel[band] + (bin.upper != 0.0f ? bin.upper * mel[band + 1] : 0.0);
}

/// Least-norm solution B' (B B')^-1 m of one column; B B' is tridiagonal (Thomas algorithm).
class LeastNorm {
 public:
  /// Bands narrower than a bin make B B' nearly singular; the relative `ridge` keeps the solution in bounds.
  LeastNorm(const std::vector<BinWeights>& weights, int bands, double ridge)
      : diagonal_(static_cast<std::size_t>(bands)),
        beside_(static_cast<std::size_t>(bands)) {
    for (const BinWeights& bin : weights) {
      const auto band = static_cast<std::size_t>(bin.band);
      diagonal_[band] += static_cast<double>(bin.lower) * bin.lower;
      if (bin.upper == 0.0f) continue;
      diagonal_[band + 1] += static_cast<double>(bin.upper) * bin.upper;
      beside_[band] += static_cast<double>(bin.lower) * bin.upper;
    }
    largest_ = *std::max_element(diagonal_.begin(), diagonal_.end());
    for (double& d : diagonal_) d = d > 0.0 ? d * (1.0 + ridge) : 1.0;  // a band between two bins is empty
  }
  /// Upper bound of the largest eigenvalue of B B' (Gershgorin).
  double norm() const {
    double bound = 0.0;
    for (std::size_t i = 0; i < diagonal_.size(); ++i)
      bound = std::max(bound, diagonal_[i] + beside_[i] + (i ? beside_[i - 1] : 0.0));
    return largest_ > 0.0 ? bound : 1.0;
  }
  /// `mel` is overwritten by (B B')^-1 mel.
  void solve(std::vector<double>& mel) const {
    const std::size_t n = diagonal_.size();
    std::vector<double> factor(n);
    double pivot = diagonal_[0];
    mel[0] /= pivot;
    for (std::size_t i = 1; i < n; ++i) {
      factor[i - 1] = beside_[i - 1] / pivot;
      pivot = diagonal_[i] - beside_[i - 1] * factor[i - 1];
      mel[i] = (mel[i] - beside_[i - 1] * mel[i - 1]) / pivot;
    }
    for (std::size_t i = n - 1; i-- > 0;) mel[i] -= factor[i] * mel[i + 1];
  }

 private:
  std::vector<double> diagonal_;
  std::vector<double> beside_;  ///< [band]: with band + 1
  double largest_ = 0.0;
};

std::vector<double> column(const Spectrogram& picture, int frame) {
  std::vector<double> values(static_cast<std::size_t>(picture.bands));
  for (int band = 0; band < picture.bands; ++band)
    values[static_cast<std::size_t>(band)] = picture.at(band, frame);
  return values;
}

/// Accelerated projected gradient (FISTA with restart) on one column from its clipped least-norm solution.
std::vector<double> solve_column(const std::vector<BinWeights>& weights, const LeastNorm& least_norm,
                                 const std::vector<double>& mel, int iterations) {
  std::vector<double> dual = mel;
  least_norm.solve(dual);
  std::vector<double> x(weights.size()), ahead, next(weights.size());
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = std::max(0.0, spread(weights[k], dual));
  ahead = x;
  const double step = 1.0 / least_norm.norm();
  double momentum = 1.0;
  std::vector<double> residual(mel.size());
  for (int i = 0; i < iterations; ++i) {
    for (std::size_t b = 0; b < mel.size(); ++b) residual[b] = -mel[b];
    for (std::size_t k = 0; k < x.size(); ++k) {
      const auto band = static_cast<std::size_t>(weights[k].band);
      residual[band] += weights[k].lower * ahead[k];
      if (weights[k].upper != 0.0f) residual[band + 1] += weights[k].upper * ahead[k];
    }
    double along = 0.0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      next[k] = std::max(0.0, ahead[k] - step * spread(weights[k], residual));
      along += (ahead[k] - next[k]) * (next[k] - x[k]);
    }
    const double grown = along > 0.0 ? 1.0 : 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * momentum * momentum));
    const double weight = along > 0.0 ? 0.0 : (momentum - 1.0) / grown;
    for (std::size_t k = 0; k < x.size(); ++k) ahead[k] = next[k] + weight * (next[k] - x[k]);
    momentum = grown;
    x.swap(next);
  }
  return x;
}

/// Copies frames [first, first + kLanes) as [row][lane]; lanes beyond the end repeat zero.
void gather(const Spectrogram& picture, int first, float floor, float* block) {
  const int count = std::min<int>(kLanes, picture.frames - first);
  for (int row = 0; row < picture.bands; ++row)
    for (int lane = 0; lane < static_cast<int>(kLanes); ++lane)
      block[static_cast<std::size_t>(row) * kLanes + static_cast<std::size_t>(lane)] =
          lane < count ? std::max(floor, picture.at(row, first + lane)) : floor;
}

}  // namespace

Spectrogram mel_to_linear(const Spectrogram& mel, const MelFilterbank& filterbank, int iterations) {
  check(mel, filterbank);
  const std::vector<BinWeights> weights = by_bin(filterbank);
  const LeastNorm least_norm(weights, filterbank.bands(), 1e-9);
  Spectrogram out(filterbank.bins(), mel.frames);
  for (int t = 0; t < mel.frames; ++t) {
    const std::vector<double> x = solve_column(weights, least_norm, column(mel, t), iterations);
    for (int k = 0; k < out.bands; ++k) out.at(k, t) = static_cast<float>(x[static_cast<std::size_t>(k)]);
  }
  return out;
}

Spectrogram mel_to_linear_fast(const Spectrogram& mel, const MelFilterbank& filterbank,
                               const FastInversionOptions& options) {
  constexpr float kFloor = 1e-9f;
  check(mel, filterbank);
  if (options.start && (options.start->bands != filterbank.bins() || options.start->frames != mel.frames))
    throw AudioError("The start spectrum of a mel inversion must be as large as its result.");
  const std::vector<BinWeights> weights = by_bin(filterbank);
  const LeastNorm least_norm(weights, filterbank.bands(), 1e-3);
  const auto bins = static_cast<std::size_t>(filterbank.bins()),
             bands = static_cast<std::size_t>(filterbank.bands());
  AlignedVector<float> target((bands + 1) * kLanes), current((bands + 1) * kLanes), linear(bins * kLanes);
  Spectrogram out(filterbank.bins(), mel.frames);
  for (int first = 0; first < mel.frames; first += static_cast<int>(kLanes)) {
    const int count = std::min<int>(kLanes, mel.frames - first);
    gather(mel, first, 0.0f, target.data());
    if (options.start) {
      gather(*options.start, first, kFloor, linear.data());
    } else {
      std::fill(linear.begin(), linear.end(), kFloor);
      for (int lane = 0; lane < count; ++lane) {
        std::vector<double> dual = column(mel, first + lane);
        least_norm.solve(dual);
        for (std::size_t k = 0; k < bins; ++k)
          linear[k * kLanes + static_cast<std::size_t>(lane)] =
              std::max(kFloor, static_cast<float>(spread(weights[k], dual)));
      }
    }
    for (int i = 0; i < options.iterations; ++i) {
      detail::project(weights.data(), bins, linear.data(), current.data(), bands);
      detail::multiplicative_step(weights.data(), bins, target.data(), current.data(), linear.data());
    }
    for (std::size_t k = 0; k < bins; ++k)
      for (int lane = 0; lane < count; ++lane)
        out.at(static_cast<int>(k), first + lane) =
            std::max(kFloor, linear[k * kLanes + static_cast<std::size_t>(lane)]);
  }
  return out;
}

Spectrogram guided_start(const Spectrogram& content, const Spectrogram& mel, const MelFilterbank& filterbank,
                         float floor) {
  check(mel, filterbank);
  if (content.bands != filterbank.bins() || content.frames != mel.frames)
    throw AudioError("The content's spectrum must be as long as the mel spectrogram and fit the filterbank.");
  Spectrogram start = content;
  for (float& x : start.values) x += floor;
  Spectrogram ratio = filterbank.apply(start);
  for (std::size_t i = 0; i < ratio.values.size(); ++i)
    ratio.values[i] = mel.values[i] / std::max(ratio.values[i], 1e-6f);
  const std::vector<BinWeights> weights = by_bin(filterbank);
  for (int k = 0; k < start.bands; ++k) {
    const BinWeights& bin = weights[static_cast<std::size_t>(k)];
    const float sum = std::max(bin.lower + bin.upper, 1e-6f);
    const std::span<const float> below = ratio.band(bin.band);
    const std::span<const float> above = ratio.band(std::min(bin.band + 1, ratio.bands - 1));
    const std::span<float> row = start.band(k);
    for (std::size_t t = 0; t < row.size(); ++t)
      row[t] *= (bin.lower * below[t] + bin.upper * above[t]) / sum;
  }
  return start;
}

}  // namespace luthier::audio
