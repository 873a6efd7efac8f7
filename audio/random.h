#pragma once
#include <cstdint>

namespace luthier::audio {

/// xoshiro256** seeded by splitmix64 (Blackman and Vigna): the same numbers on every platform and compiler,
/// which the standard distributions do not promise.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  std::uint64_t next();
  /// [0, 1) with 53 random bits.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Integer in [low, high], both included; unbiased.
  int integer(int low, int high);
  bool chance(double probability) { return uniform() < probability; }

 private:
  std::uint64_t state_[4];
};

}  // namespace luthier::audio
