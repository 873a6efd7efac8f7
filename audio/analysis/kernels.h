#pragma once
#include <cstddef>

namespace luthier::audio::detail {

/// The inner loops of analysis, written so that the compiler vectorises them (see CMakeLists.txt for this
/// file's flags). Pointers never overlap unless said. Complex values are interleaved re, im.

/// out[i] = a[i] * b[i]
void multiply(const float* a, const float* b, float* out, std::size_t n);
/// sum[i] += a[i] * b[i]
void multiply_add(const float* a, const float* b, float* sum, std::size_t n);
/// out[i] = |z[i]|^2
void squared_magnitude(const float* z, float* out, std::size_t n);
/// out[i] = |z[i]|
void magnitude(const float* z, float* out, std::size_t n);
/// One update of fast Griffin-Lim: a = rebuilt - momentum * previous; previous = rebuilt; out = magnitude * a
/// / |a|.
void phase_step(const float* rebuilt, float* previous, const float* magnitude, float momentum, float* out,
                std::size_t n);

/// Frames that the mel inversion handles side by side.
inline constexpr std::size_t kLanes = 16;
/// A bin's weights in the bands `band` and `band + 1`.
struct BinWeights {
  int band;
  float lower, upper;
};
/// mel[band][lane] = sum over bins of weight * linear[bin][lane]; mel holds bands + 1 rows (the last one is
/// spare).
void project(const BinWeights* weights, std::size_t bins, const float* linear, float* mel, std::size_t bands);
/// linear *= (B' target) / max(B' mel, 1e-10), both rows of bands + 1.
void multiplicative_step(const BinWeights* weights, std::size_t bins, const float* target, const float* mel,
                         float* linear);

}  // namespace luthier::audio::detail
