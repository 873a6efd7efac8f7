#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace luthier {

/// NumPy's legacy RandomState over MT19937 (Matsumoto and Nishimura 1998), so far as pair sets need it: the same numbers as
/// numpy.random.RandomState(seed) of any NumPy since 1.17.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed);
  std::uint32_t next32();
  /// randint(0, bound), default int64 type: masked rejection. bound >= 1.
  std::int64_t randint(std::int64_t bound);
  /// permutation(count): Fisher-Yates from the end.
  std::vector<std::int64_t> permutation(std::int64_t count);
  /// choice(count, size, replace=False): the first `size` of a permutation.
  std::vector<std::int64_t> choice(std::int64_t count, std::int64_t size);

 private:
  std::uint64_t interval(std::uint64_t max);
  std::array<std::uint32_t, 624> state_{};
  int position_ = 624;
};

}  // namespace luthier
