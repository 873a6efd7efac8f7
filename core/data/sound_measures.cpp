#include "core/data/sound_measures.h"

#include <algorithm>
#include <cmath>

#include "audio/analysis/stft.h"
#include "audio/loudness.h"

namespace luthier {
namespace {

constexpr double kFloor = -80, kSounding = -45;  ///< dBFS
constexpr double kRolloff = 0.85, kLeastPower = 1e-10;

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (at - static_cast<double>(low)) * (values[high] - values[low]);
}

/// Adds one frame's measures to the sums; false for a frame without sound.
bool add_frame(const audio::Spectrogram& magnitude, int frame, double hz_per_bin, SoundMeasures& sums) {
  double total = 0, moment = 0, logs = 0, power = 0;
  for (int k = 0; k < magnitude.bands; ++k) {
    const double m = magnitude.at(k, frame), p = std::max(kLeastPower, m * m);
    total += m, moment += m * k * hz_per_bin, logs += std::log(p), power += p;
  }
  if (total <= 1e-9) return false;
  const double centre = moment / total;
  double spread = 0, below = 0, rolloff = -1;
  for (int k = 0; k < magnitude.bands; ++k) {
    const double m = magnitude.at(k, frame), hz = k * hz_per_bin;
    spread += m / total * (hz - centre) * (hz - centre);
    below += m;
    if (rolloff < 0 && below >= kRolloff * total) rolloff = hz;
  }
  sums.centroid += centre, sums.bandwidth += std::sqrt(spread), sums.rolloff += std::max(0.0, rolloff);
  sums.flatness += std::exp(logs / magnitude.bands) / (power / magnitude.bands);
  return true;
}

}  // namespace

std::vector<double> levels(std::span<const float> samples, int sample_rate, double seconds) {
  const auto length = std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(seconds * sample_rate)));
  std::vector<double> out;
  for (std::size_t at = 0; at < samples.size(); at += length)
    out.push_back(audio::to_dbfs(audio::rms(samples.subspan(at, std::min(length, samples.size() - at)))));
  return out;
}

SoundMeasures measure_sound(std::span<const float> samples, int sample_rate) {
  SoundMeasures out;
  out.seconds = static_cast<double>(samples.size()) / sample_rate;
  if (samples.size() < 2) return out;
  out.rms = audio::to_dbfs(audio::rms(samples));
  out.peak = audio::to_dbfs(audio::peak(samples));
  auto level = levels(samples, sample_rate);
  out.sounding = static_cast<double>(std::count_if(level.begin(), level.end(), [](double x) { return x > kSounding; })) / static_cast<double>(level.size());
  for (double& x : level) x = std::max(kFloor, x);
  out.dynamic_range = percentile(level, 0.95) - percentile(level, 0.10);
  std::size_t crossings = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) crossings += std::signbit(samples[i]) != std::signbit(samples[i - 1]);
  out.zero_crossings = static_cast<double>(crossings) / static_cast<double>(samples.size());
  const auto magnitude = audio::magnitude(audio::stft(samples, {.n_fft = 2048, .hop = 512}));
  int frames = 0;
  for (int t = 0; t < magnitude.frames; ++t) frames += add_frame(magnitude, t, sample_rate / 2048.0, out);
  for (double* sum : {&out.centroid, &out.bandwidth, &out.rolloff, &out.flatness}) *sum /= std::max(1, frames);
  return out;
}

const std::vector<MeasureInfo>& sound_measures() {
  static const std::vector<MeasureInfo> all = {
      {"seconds", "length", "s", &SoundMeasures::seconds},          {"rms", "level", "dBFS", &SoundMeasures::rms},
      {"peak", "peak", "dBFS", &SoundMeasures::peak},               {"dynamic_range", "dynamic range", "dB", &SoundMeasures::dynamic_range},
      {"sounding", "sounding", "share", &SoundMeasures::sounding},  {"centroid", "centroid", "Hz", &SoundMeasures::centroid},
      {"bandwidth", "bandwidth", "Hz", &SoundMeasures::bandwidth},  {"rolloff", "roll-off", "Hz", &SoundMeasures::rolloff},
      {"flatness", "flatness", "", &SoundMeasures::flatness},       {"zero_crossings", "zero crossings", "share", &SoundMeasures::zero_crossings}};
  return all;
}

}  // namespace luthier
