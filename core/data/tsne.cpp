#include "core/data/tsne.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "audio/random.h"

namespace luthier {
namespace {

constexpr int kExaggerated = 120;      ///< first iterations, in which groups are pulled apart
constexpr double kExaggeration = 12;

using Square = std::vector<double>;  ///< [n * n]

Square squared_distances(const std::vector<std::vector<double>>& rows) {
  const std::size_t n = rows.size();
  Square out(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < rows[i].size(); ++k) sum += (rows[i][k] - rows[j][k]) * (rows[i][k] - rows[j][k]);
      out[i * n + j] = out[j * n + i] = sum;
    }
  return out;
}

/// Shares of row i at the width whose entropy is log(perplexity), found by bisection.
void neighbour_shares(const double* distances, double* shares, std::size_t n, std::size_t i, double perplexity) {
  double low = 0, high = HUGE_VAL, precision = 1;
  const double nearest = [&] {
    double least = HUGE_VAL;
    for (std::size_t j = 0; j < n; ++j)
      if (j != i) least = std::min(least, distances[j]);
    return least;
  }();
  for (int round = 0; round < 60; ++round) {
    double sum = 0, weighted = 0;
    for (std::size_t j = 0; j < n; ++j) {
      shares[j] = j == i ? 0 : std::exp(-precision * (distances[j] - nearest));
      sum += shares[j], weighted += shares[j] * (distances[j] - nearest);
    }
    const double entropy = std::log(sum) + precision * weighted / sum;
    for (std::size_t j = 0; j < n; ++j) shares[j] /= sum;
    if (std::abs(entropy - std::log(perplexity)) < 1e-5) return;
    if (entropy > std::log(perplexity)) low = precision, precision = std::isinf(high) ? 2 * precision : (low + high) / 2;
    else high = precision, precision = (low + high) / 2;
  }
}

Square joint_shares(const std::vector<std::vector<double>>& rows, double perplexity) {
  const std::size_t n = rows.size();
  const Square distances = squared_distances(rows);
  Square p(n * n), out(n * n);
  for (std::size_t i = 0; i < n; ++i) neighbour_shares(&distances[i * n], &p[i * n], n, i, perplexity);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) out[i * n + j] = std::max(1e-12, (p[i * n + j] + p[j * n + i]) / (2 * static_cast<double>(n)));
  return out;
}

/// Gradient descent with momentum and a gain for each coordinate.
struct Descent {
  explicit Descent(std::size_t n, std::uint64_t seed) : place(2 * n), speed(2 * n, 0.0), gain(2 * n, 1.0), slope(2 * n), near(n * n) {
    audio::Random random(seed);
    for (double& x : place) x = 1e-2 * (random.uniform() - 0.5);
  }
  void step(const Square& p, double exaggeration, double rate, double momentum) {
    const std::size_t n = place.size() / 2;
    double total = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j) {
        const double dx = place[2 * i] - place[2 * j], dy = place[2 * i + 1] - place[2 * j + 1];
        const double q = 1 / (1 + dx * dx + dy * dy);
        near[i * n + j] = q;
        total += 2 * q;
      }
    std::fill(slope.begin(), slope.end(), 0.0);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j) {
        const double q = near[i * n + j], pull = 4 * (exaggeration * p[i * n + j] - q / total) * q;
        const double x = pull * (place[2 * i] - place[2 * j]), y = pull * (place[2 * i + 1] - place[2 * j + 1]);
        slope[2 * i] += x, slope[2 * i + 1] += y, slope[2 * j] -= x, slope[2 * j + 1] -= y;
      }
    for (std::size_t k = 0; k < place.size(); ++k) {
      gain[k] = std::max(0.01, (slope[k] > 0) == (speed[k] > 0) ? 0.8 * gain[k] : gain[k] + 0.2);
      speed[k] = momentum * speed[k] - rate * gain[k] * slope[k];
      place[k] += speed[k];
    }
  }
  std::vector<double> place, speed, gain, slope;
  Square near;
};

}  // namespace

std::vector<std::pair<double, double>> tsne(const std::vector<std::vector<double>>& rows, const TsneOptions& options, const ProgressSink& progress,
                                            std::stop_token stop) {
  const std::size_t n = rows.size();
  std::vector<std::pair<double, double>> out;
  if (n < 4) {
    for (std::size_t i = 0; i < n; ++i) out.emplace_back(static_cast<double>(i), 0.0);
    return out;
  }
  const Square p = joint_shares(rows, std::clamp(options.perplexity, 1.01, std::max(1.5, static_cast<double>(n - 1) / 3)));
  Descent descent(n, options.seed);
  const double rate = std::max(10.0, static_cast<double>(n) / kExaggeration);
  for (int i = 0; i < options.iterations; ++i) {
    if (stop.stop_requested()) return {};
    if (progress && i % 20 == 0) progress({static_cast<double>(i) / options.iterations, "placing clips, round " + std::to_string(i), -1});
    descent.step(p, i < kExaggerated ? kExaggeration : 1, rate, i < kExaggerated ? 0.5 : 0.8);
  }
  for (std::size_t i = 0; i < n; ++i) out.emplace_back(descent.place[2 * i], descent.place[2 * i + 1]);
  return out;
}

}  // namespace luthier
