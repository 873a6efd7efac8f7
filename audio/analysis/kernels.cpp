#include "audio/analysis/kernels.h"

#include <algorithm>
#include <cmath>

// One program runs on every x86-64 and still uses AVX2 where it is. (The choice happens before a thread
// sanitizer is ready.)
#if defined(__x86_64__) && defined(__GNUC__) && defined(__linux__) && !defined(__SANITIZE_THREAD__)
#define LUTHIER_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=haswell", "default")))
#else
#define LUTHIER_CLONES
#endif

namespace luthier::audio::detail {

LUTHIER_CLONES void multiply(const float* __restrict a, const float* __restrict b, float* __restrict out,
                             std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = a[i] * b[i];
}

LUTHIER_CLONES void multiply_add(const float* __restrict a, const float* __restrict b, float* __restrict sum,
                                 std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) sum[i] += a[i] * b[i];
}

LUTHIER_CLONES void squared_magnitude(const float* __restrict z, float* __restrict out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = z[2 * i] * z[2 * i] + z[2 * i + 1] * z[2 * i + 1];
}

LUTHIER_CLONES void magnitude(const float* __restrict z, float* __restrict out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = std::sqrt(z[2 * i] * z[2 * i] + z[2 * i + 1] * z[2 * i + 1]);
}

LUTHIER_CLONES void phase_step(const float* __restrict rebuilt, float* __restrict previous,
                               const float* __restrict magnitude, float momentum, float* __restrict out,
                               std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float re = rebuilt[2 * i] - momentum * previous[2 * i];
    const float im = rebuilt[2 * i + 1] - momentum * previous[2 * i + 1];
    const float scale = magnitude[i] / std::sqrt(re * re + im * im + 1e-36f);
    previous[2 * i] = rebuilt[2 * i];
    previous[2 * i + 1] = rebuilt[2 * i + 1];
    out[2 * i] = re * scale;
    out[2 * i + 1] = im * scale;
  }
}

LUTHIER_CLONES void project(const BinWeights* __restrict weights, std::size_t bins,
                            const float* __restrict linear, float* __restrict mel, std::size_t bands) {
  std::fill_n(mel, (bands + 1) * kLanes, 0.0f);
  for (std::size_t k = 0; k < bins; ++k) {
    const float lower = weights[k].lower, upper = weights[k].upper;
    float* row = mel + static_cast<std::size_t>(weights[k].band) * kLanes;
    const float* in = linear + k * kLanes;
    for (std::size_t lane = 0; lane < kLanes; ++lane) row[lane] += lower * in[lane];
    for (std::size_t lane = 0; lane < kLanes; ++lane) row[kLanes + lane] += upper * in[lane];
  }
}

LUTHIER_CLONES void multiplicative_step(const BinWeights* __restrict weights, std::size_t bins,
                                        const float* __restrict target, const float* __restrict mel,
                                        float* __restrict linear) {
  for (std::size_t k = 0; k < bins; ++k) {
    const float lower = weights[k].lower, upper = weights[k].upper;
    const float* wanted = target + static_cast<std::size_t>(weights[k].band) * kLanes;
    const float* have = mel + static_cast<std::size_t>(weights[k].band) * kLanes;
    float* out = linear + k * kLanes;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float above = lower * wanted[lane] + upper * wanted[kLanes + lane];
      const float below = lower * have[lane] + upper * have[kLanes + lane];
      out[lane] *= above / (below > 1e-10f ? below : 1e-10f);
    }
  }
}

}  // namespace luthier::audio::detail
