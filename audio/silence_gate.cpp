#include "audio/silence_gate.h"

#include <algorithm>
#include <cmath>

namespace luthier::audio {
namespace {

constexpr int kFramesPerSecond = 100;

/// Mean power of each 10 ms.
std::vector<double> powers(std::span<const float> sound, std::size_t frame) {
  std::vector<double> out;
  for (std::size_t start = 0; start < sound.size(); start += frame) {
    const auto length = std::min(frame, sound.size() - start);
    double sum = 0;
    for (std::size_t i = start; i < start + length; ++i) sum += static_cast<double>(sound[i]) * sound[i];
    out.push_back(sum / static_cast<double>(length));
  }
  return out;
}

}  // namespace

void follow_silence(std::span<float> result, std::span<const float> guide, int rate, const SilenceGateOptions& options) {
  if (rate < kFramesPerSecond || guide.empty()) return;
  const auto frame = static_cast<std::size_t>(rate / kFramesPerSecond);
  const auto power = powers(guide, frame);
  const double limit = *std::max_element(power.begin(), power.end()) * std::pow(10.0, -options.threshold_db / 10);
  if (!(limit > 0)) return;
  // Gain at each frame's start: 1 for `hold` after the last sound, then down; open again `attack` before the next.
  std::vector<float> gain(power.size() + 1, 1.0f);
  double since = 0;
  for (std::size_t t = 0; t < power.size(); ++t) {
    since = power[t] > limit ? 0 : since + 1.0 / kFramesPerSecond;
    gain[t + 1] = static_cast<float>(std::clamp(1 - (since - options.hold) / std::max(1e-9, options.fade), 0.0, 1.0));
  }
  const auto ahead = static_cast<std::size_t>(std::lround(options.attack * kFramesPerSecond));
  for (std::size_t t = 0; t < power.size(); ++t)
    if (power[t] > limit)
      for (std::size_t i = t - std::min(t, ahead); i <= t; ++i) gain[i] = 1.0f;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto t = std::min(i / frame, power.size() - 1);
    const auto part = std::min(1.0f, static_cast<float>(i - t * frame) / static_cast<float>(frame));
    result[i] *= gain[t] + (gain[t + 1] - gain[t]) * part;
  }
}

}  // namespace luthier::audio
