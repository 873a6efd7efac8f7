#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "audio/synth/phrase.h"

/// The sounds that tests/golden/make_metric_golden.py computes its numbers from, by the same formulas.
namespace metric_sounds {

inline constexpr int kRate = 16000;
inline constexpr int kLength = 4 * kRate;

class Lcg {
 public:
  explicit Lcg(std::uint32_t seed) : state_(seed) {}
  std::uint32_t next() {
    state_ = state_ * 1664525u + 1013904223u;
    return state_ >> 8;
  }
  double uniform() { return next() / 16777216.0; }

 private:
  std::uint32_t state_;
};

inline luthier::audio::Phrase notes(std::uint32_t seed) {
  Lcg random(seed);
  luthier::audio::Phrase phrase;
  phrase.seconds = 4.0;
  for (int i = 0; i < 8; ++i) {
    const double start = 0.5 * i;
    const int pitch = 50 + static_cast<int>(random.next() % 30);
    phrase.notes.push_back({start, start + 0.45, pitch, 80});
    if (random.next() % 3 == 0) phrase.notes.push_back({start, start + 0.45, pitch - 5, 80});
  }
  return phrase;
}

inline std::vector<float> sound(std::uint32_t seed, int partials, double slope, double decay, double attack, double noise) {
  Lcg random(seed + 77);
  std::vector<double> y(kLength);
  for (double& v : y) v = noise * (2 * random.uniform() - 1);
  for (const luthier::audio::Note& note : notes(seed).notes) {
    const int first = static_cast<int>(std::lround(note.start_s * kRate));
    const int count = std::min(kLength - first, kRate * 9 / 10);
    const double f0 = 440.0 * std::pow(2.0, (note.pitch - 69) / 12.0);
    for (int m = 1; m <= partials; ++m) {
      if (f0 * m >= 7800) continue;
      for (int i = 0; i < count; ++i) {
        const double t = static_cast<double>(i) / kRate;
        const double shape = std::exp(-decay * std::sqrt(m) * t) * std::min(1.0, t / attack);
        y[static_cast<std::size_t>(first + i)] +=
            0.1 * std::pow(m, -slope) * shape * std::sin(2 * std::numbers::pi * f0 * m * t);
      }
    }
  }
  return {y.begin(), y.end()};
}

inline std::vector<float> target() { return sound(7, 12, 0.8, 3.0, 0.004, 2e-3); }
inline std::vector<float> output() { return sound(7, 9, 1.3, 5.0, 0.02, 2e-3); }
inline std::vector<float> style() { return sound(11, 12, 0.8, 3.0, 0.004, 2e-3); }

/// [count][40] numbers about `shift`, correlated between neighbours.
inline std::vector<double> cloud(std::uint32_t seed, int count, double shift) {
  Lcg random(seed);
  std::vector<double> out;
  for (int w = 0; w < count; ++w) {
    double last = 0.0;
    for (int i = 0; i < 40; ++i) {
      last = 0.5 * last + random.uniform() - 0.5;
      out.push_back(shift * (i % 3) + last * (1 + 0.1 * i));
    }
  }
  return out;
}

}  // namespace metric_sounds
