#include "core/session/sound_difference.h"

#include <algorithm>
#include <complex>
#include <functional>

#include "audio/analysis/stft.h"
#include "audio/loudness.h"
#include "audio/resampler.h"

namespace luthier {
namespace {

audio::AudioBuffer fitted(const audio::AudioBuffer& sound, int rate, bool mono, std::size_t length) {
  audio::AudioBuffer out = mono ? audio::AudioBuffer(sound.sample_rate, sound.mono()) : sound;
  out = audio::resample(out, rate);
  for (auto& channel : out.channels) channel.resize(length);
  return out;
}

double gain_between(const audio::AudioBuffer& first, const audio::AudioBuffer& second) {
  const auto wanted = audio::loudness_lufs(first), is = audio::loudness_lufs(second);
  if (wanted && is) return *wanted - *is;
  const double a = audio::rms(first), b = audio::rms(second);
  return a > 0 && b > 0 ? audio::to_dbfs(a) - audio::to_dbfs(b) : 0;
}

}  // namespace

SoundDifference subtract_sounds(const audio::AudioBuffer& first, const audio::AudioBuffer& second, bool equal_loudness) {
  if (first.empty() || second.empty()) throw audio::AudioError("A sound without samples cannot be compared; choose another one.");
  const int rate = std::max(first.sample_rate, second.sample_rate);
  const bool mono = first.channel_count() != second.channel_count();
  const auto frames = [rate](const audio::AudioBuffer& s) { return (s.length() * static_cast<std::size_t>(rate) + static_cast<std::size_t>(s.sample_rate) - 1) / static_cast<std::size_t>(s.sample_rate); };
  const std::size_t length = std::max(frames(first), frames(second));
  SoundDifference out;
  out.first = fitted(first, rate, mono, length);
  out.second = fitted(second, rate, mono, length);
  if (equal_loudness) out.gain_db = gain_between(first, second);
  audio::apply_gain(out.second, static_cast<float>(audio::from_dbfs(out.gain_db)));
  out.residual = out.first;
  for (std::size_t c = 0; c < out.residual.channels.size(); ++c)
    std::transform(out.first.channels[c].begin(), out.first.channels[c].end(), out.second.channels[c].begin(), out.residual.channels[c].begin(), std::minus<>());
  const double left = audio::rms(out.residual), whole = audio::rms(out.first);
  out.residual_db = left > 0 && whole > 0 ? std::max(-200.0, audio::to_dbfs(left) - audio::to_dbfs(whole)) : -200;
  return out;
}

audio::AudioBuffer excess_of(const audio::AudioBuffer& first, const audio::AudioBuffer& second) {
  audio::AudioBuffer out = first;
  audio::Stft transform({});
  for (std::size_t c = 0; c < out.channels.size(); ++c) {
    audio::Spectrum spectrum = transform.forward(first.channels[c]);
    const audio::Spectrum other = transform.forward(second.channels[c]);
    for (std::size_t i = 0; i < spectrum.values.size(); ++i) {
      const float have = std::abs(spectrum.values[i]), less = std::abs(other.values[i]);
      spectrum.values[i] *= have > less ? (have - less) / have : 0.0f;
    }
    out.channels[c] = transform.inverse(spectrum, first.channels[c].size());
  }
  return out;
}

}  // namespace luthier
