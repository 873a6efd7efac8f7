#include "core/evaluate/treble.h"

#include <algorithm>
#include <cmath>

#include "audio/analysis/mel_filterbank.h"
#include "audio/resampler.h"
#include "core/evaluate/clip_analysis.h"

namespace luthier {
namespace {

constexpr int kWindow = 4096, kHop = 1024, kBands = 64;
constexpr double kLow = 8000, kHigh = 16000;
constexpr float kRange = 80;

}  // namespace

TrebleAnalysis analyse_treble(const audio::AudioBuffer& sound) {
  const std::vector<float> mono = sound.mono();
  const auto samples = normalise_rms(sound.sample_rate == kWideRate ? mono : audio::resample(mono, sound.sample_rate, kWideRate));
  if (samples.size() < static_cast<std::size_t>(kWideRate)) throw EvaluationError("The sound is shorter than a second; its treble cannot be measured.");
  audio::StftOptions options;
  options.n_fft = kWindow, options.hop = kHop;
  const audio::Spectrogram magnitude = audio::magnitude(audio::Stft(options).forward(samples));
  double treble = 0, all = 0;
  for (int bin = 0; bin < magnitude.bands; ++bin) {
    const double hz = static_cast<double>(bin) * kWideRate / kWindow;
    double sum = 0;
    for (int t = 0; t < magnitude.frames; ++t) sum += static_cast<double>(magnitude.at(bin, t)) * magnitude.at(bin, t);
    all += sum;
    if (hz >= kLow && hz < kHigh) treble += sum;
  }
  TrebleAnalysis out;
  out.energy = all > 0 ? treble / all : 0;
  const audio::MelFilterbank bank({.sample_rate = kWideRate, .n_fft = kWindow, .bands = kBands, .f_min = kLow, .f_max = kHigh});
  out.mel_db = audio::mel_spectrogram(samples, options, bank);
  float loudest = -1e9f;
  for (float& v : out.mel_db.values) loudest = std::max(loudest, v = 10 * std::log10(std::max(v, 1e-10f)));
  for (float& v : out.mel_db.values) v = std::max(v, loudest - kRange);
  return out;
}

double treble_distance(const TrebleAnalysis& output, const TrebleAnalysis& target) {
  const int frames = std::min(output.mel_db.frames, target.mel_db.frames);
  double sum = 0;
  for (int band = 0; band < kBands; ++band) {
    double squares = 0;
    for (int t = 0; t < frames; ++t) squares += std::pow(static_cast<double>(output.mel_db.at(band, t)) - target.mel_db.at(band, t), 2);
    sum += std::sqrt(squares / frames);
  }
  return sum / kBands;
}

}  // namespace luthier
