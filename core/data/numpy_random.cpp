#include "core/data/numpy_random.h"

#include <numeric>
#include <utility>

namespace luthier {
namespace {
constexpr int kSize = 624, kShift = 397;

std::uint64_t mask_for(std::uint64_t max) {
  std::uint64_t mask = max;
  for (const int shift : {1, 2, 4, 8, 16, 32}) mask |= mask >> shift;
  return mask;
}
}  // namespace

NumpyRandom::NumpyRandom(std::uint32_t seed) {
  for (int i = 0; i < kSize; ++i) {
    state_[static_cast<std::size_t>(i)] = seed;
    seed = 1812433253u * (seed ^ (seed >> 30)) + static_cast<std::uint32_t>(i) + 1;
  }
}

std::uint32_t NumpyRandom::next32() {
  if (position_ == kSize) {
    for (int i = 0; i < kSize; ++i) {
      const auto at = [&](int k) -> std::uint32_t& { return state_[static_cast<std::size_t>((i + k) % kSize)]; };
      const std::uint32_t y = (at(0) & 0x80000000u) | (at(1) & 0x7fffffffu);
      at(0) = at(kShift) ^ (y >> 1) ^ ((y & 1u) ? 0x9908b0dfu : 0u);
    }
    position_ = 0;
  }
  std::uint32_t y = state_[static_cast<std::size_t>(position_++)];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

std::uint64_t NumpyRandom::interval(std::uint64_t max) {
  if (max == 0) return 0;
  const std::uint64_t mask = mask_for(max);
  for (;;) {
    std::uint64_t value;
    if (max <= 0xffffffffull) {
      value = next32() & mask;
    } else {
      const std::uint64_t high = next32();
      value = ((high << 32) | next32()) & mask;
    }
    if (value <= max) return value;
  }
}

std::int64_t NumpyRandom::randint(std::int64_t bound) { return static_cast<std::int64_t>(interval(static_cast<std::uint64_t>(bound) - 1)); }

std::vector<std::int64_t> NumpyRandom::permutation(std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[static_cast<std::size_t>(interval(i))]);
  return order;
}

std::vector<std::int64_t> NumpyRandom::choice(std::int64_t count, std::int64_t size) {
  auto order = permutation(count);
  order.resize(static_cast<std::size_t>(size));
  return order;
}

}  // namespace luthier
