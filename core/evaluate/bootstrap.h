#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace luthier {

struct Interval {
  double value = 0.0;
  double low = 0.0;   ///< 2.5 % of the resamples lie below
  double high = 0.0;  ///< 2.5 % above
};

/// 95 % interval of a mean over cases, resampling phrases: the 12 directions of one phrase are not independent. `groups` is
/// [phrase][case]; empty groups are left out; NaN is left out. Deterministic by seed on every platform. One phrase: the
/// interval is the value. No value at all: three NaN.
Interval bootstrap_mean(const std::vector<std::vector<double>>& groups, std::uint64_t seed, int resamples = 1000);

/// The same for any statistic of a list of phrase numbers 0 … count-1 (with repeats). `unbias` moves the resamples so that
/// their mean is the value: for statistics that repeats alone make larger, as a Fréchet distance.
Interval bootstrap_statistic(int count, const std::function<double(const std::vector<int>&)>& statistic,
                             std::uint64_t seed, int resamples, bool unbias = false);

}  // namespace luthier
