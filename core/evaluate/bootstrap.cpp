#include "core/evaluate/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "audio/random.h"

namespace luthier {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Linear between the two nearest order statistics.
double percentile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - std::floor(at)) * (sorted[high] - sorted[low]);
}

}  // namespace

Interval bootstrap_statistic(int count, const std::function<double(const std::vector<int>&)>& statistic,
                             std::uint64_t seed, int resamples, bool unbias) {
  if (count <= 0) return {kNaN, kNaN, kNaN};
  std::vector<int> phrases(static_cast<std::size_t>(count));
  std::iota(phrases.begin(), phrases.end(), 0);
  Interval out;
  out.value = out.low = out.high = statistic(phrases);
  if (count == 1 || resamples < 2) return out;
  audio::Random random(seed);
  std::vector<double> values;
  for (int r = 0; r < resamples; ++r) {
    for (int& phrase : phrases) phrase = random.integer(0, count - 1);
    if (const double value = statistic(phrases); !std::isnan(value)) values.push_back(value);
  }
  if (values.empty()) return out;
  std::sort(values.begin(), values.end());
  if (unbias) {
    const double shift = out.value - std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    for (double& v : values) v += shift;
  }
  out.low = percentile(values, 0.025);
  out.high = percentile(values, 0.975);
  return out;
}

Interval bootstrap_mean(const std::vector<std::vector<double>>& groups, std::uint64_t seed, int resamples) {
  std::vector<std::pair<double, double>> sums;  // of a phrase: sum and count of its cases
  for (const std::vector<double>& group : groups) {
    std::pair<double, double> sum{0.0, 0.0};
    for (double v : group) {
      if (std::isnan(v)) continue;
      sum.first += v;
      sum.second += 1.0;
    }
    if (sum.second > 0.0) sums.push_back(sum);
  }
  const auto mean = [&](const std::vector<int>& phrases) {
    double total = 0.0, count = 0.0;
    for (int p : phrases) {
      total += sums[static_cast<std::size_t>(p)].first;
      count += sums[static_cast<std::size_t>(p)].second;
    }
    return total / count;
  };
  return bootstrap_statistic(static_cast<int>(sums.size()), mean, seed, resamples);
}

}  // namespace luthier
