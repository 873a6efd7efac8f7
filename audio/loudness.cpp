#include "audio/loudness.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#ifdef LUTHIER_HAS_EBUR128
#include <ebur128.h>
#endif

namespace luthier::audio {
namespace {

double sum_of_squares(std::span<const float> samples) {
  double sum = 0.0;
  for (const float x : samples) sum += static_cast<double>(x) * x;
  return sum;
}

}  // namespace

double rms(std::span<const float> samples) {
  return samples.empty() ? 0.0 : std::sqrt(sum_of_squares(samples) / static_cast<double>(samples.size()));
}

double peak(std::span<const float> samples) {
  float largest = 0.0f;
  for (const float x : samples) largest = std::max(largest, std::abs(x));
  return largest;
}

double rms(const AudioBuffer& buffer) {
  if (buffer.empty()) return 0.0;
  double sum = 0.0;
  for (const auto& channel : buffer.channels) sum += sum_of_squares(channel);
  return std::sqrt(sum / static_cast<double>(buffer.length() * buffer.channels.size()));
}

double peak(const AudioBuffer& buffer) {
  double largest = 0.0;
  for (const auto& channel : buffer.channels) largest = std::max(largest, peak(channel));
  return largest;
}

double to_dbfs(double amplitude) { return std::max(-200.0, 20.0 * std::log10(std::max(amplitude, 1e-300))); }
double from_dbfs(double dbfs) { return std::pow(10.0, dbfs / 20.0); }

std::optional<double> loudness_lufs(const AudioBuffer& buffer) {
#ifdef LUTHIER_HAS_EBUR128
  if (buffer.seconds() < 0.4) return std::nullopt;
  const auto close = [](ebur128_state* state) { ebur128_destroy(&state); };
  const std::unique_ptr<ebur128_state, decltype(close)> state(
      ebur128_init(static_cast<unsigned>(buffer.channel_count()),
                   static_cast<unsigned long>(buffer.sample_rate), EBUR128_MODE_I),
      close);
  if (!state) return std::nullopt;
  const std::size_t channels = buffer.channels.size();
  std::vector<float> interleaved(buffer.length() * channels);
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t i = 0; i < buffer.length(); ++i) interleaved[i * channels + c] = buffer.channels[c][i];
  double lufs = 0.0;
  if (ebur128_add_frames_float(state.get(), interleaved.data(), buffer.length()) != EBUR128_SUCCESS ||
      ebur128_loudness_global(state.get(), &lufs) != EBUR128_SUCCESS || !std::isfinite(lufs))
    return std::nullopt;
  return lufs;
#else
  (void)buffer;
  return std::nullopt;
#endif
}

void apply_gain(AudioBuffer& buffer, float gain) {
  for (auto& channel : buffer.channels)
    for (float& x : channel) x *= gain;
}

void normalise_rms(AudioBuffer& buffer, double target_rms, double max_peak) {
  const double now = rms(buffer);
  if (now > 0.0) apply_gain(buffer, static_cast<float>(std::min(target_rms / now, max_peak / peak(buffer))));
}

void normalise_peak(AudioBuffer& buffer, double target_peak) {
  const double now = peak(buffer);
  if (now > 0.0) apply_gain(buffer, static_cast<float>(target_peak / now));
}

}  // namespace luthier::audio
