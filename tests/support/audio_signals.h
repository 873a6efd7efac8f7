#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

/// Test signals.
inline std::vector<float> sine(double hz, double rate, std::size_t length, double amplitude = 0.5,
                               double phase = 0.0) {
  std::vector<float> out(length);
  for (std::size_t i = 0; i < length; ++i)
    out[i] = static_cast<float>(
        amplitude * std::sin(phase + 2.0 * 3.14159265358979323846 * hz * static_cast<double>(i) / rate));
  return out;
}

/// Reproducible noise in [-amplitude, amplitude].
inline std::vector<float> noise(std::size_t length, unsigned seed = 1, float amplitude = 0.5f) {
  std::vector<float> out(length);
  unsigned state = seed * 2654435761u + 12345u;
  for (float& x : out) {
    state = state * 1664525u + 1013904223u;
    x = amplitude * (static_cast<float>(state >> 8) / 8388608.0f - 1.0f);
  }
  return out;
}
