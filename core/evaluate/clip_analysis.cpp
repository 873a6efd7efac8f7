#include "core/evaluate/clip_analysis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/stft.h"
#include "core/evaluate/note_onsets.h"
#include "core/evaluate/pitch_tracker.h"

namespace luthier {
namespace {

constexpr int kCepstra = 21;
constexpr int kEmbeddingFrames = 62;  // 1 s at hop 256
constexpr int kJudgeBands = 64;

const audio::MelFilterbank& bands(int n_fft, int count) {
  static const audio::MelFilterbank coarse({.sample_rate = kEvaluationRate, .n_fft = 2048, .bands = 128});
  static const audio::MelFilterbank fine({.sample_rate = kEvaluationRate, .n_fft = 1024, .bands = 80});
  static const audio::MelFilterbank judge({.sample_rate = kEvaluationRate, .n_fft = 1024, .bands = kJudgeBands});
  return n_fft == 2048 ? coarse : count == 80 ? fine : judge;
}

audio::Spectrum reflected_stft(std::span<const float> samples, int n_fft, int hop) {
  return audio::stft(samples, {.n_fft = n_fft, .hop = hop, .pad = audio::PadMode::reflect});
}

audio::Spectrogram floored_db(audio::Spectrogram power) {
  float top = -1000.0f;
  for (float& v : power.values) {
    v = 10.0f * std::log10(std::max(v, 1e-10f));
    top = std::max(top, v);
  }
  for (float& v : power.values) v = std::max(v, top - 80.0f);
  return power;
}

/// Orthonormal DCT-II over the bands, the first 21 coefficients.
audio::Spectrogram cepstrum(const audio::Spectrogram& log_mel) {
  const int n = log_mel.bands;
  audio::Spectrogram out(kCepstra, log_mel.frames);
  for (int c = 0; c < kCepstra; ++c) {
    const double scale = std::sqrt((c == 0 ? 1.0 : 2.0) / n);
    std::span<float> row = out.band(c);
    for (int b = 0; b < n; ++b) {
      const auto basis = static_cast<float>(scale * std::cos(std::numbers::pi * c * (2 * b + 1) / (2.0 * n)));
      const std::span<const float> band = log_mel.band(b);
      for (std::size_t t = 0; t < band.size(); ++t) row[t] += basis * band[t];
    }
  }
  return out;
}

/// Mean, then deviation (of the whole window, not unbiased), of c1 … c20 per window.
std::vector<double> window_statistics(const audio::Spectrogram& cepstra) {
  std::vector<double> out;
  for (int start = 0; start + kEmbeddingFrames <= cepstra.frames; start += kEmbeddingFrames / 2) {
    std::array<double, 40> window{};
    for (int c = 1; c < kCepstra; ++c) {
      double sum = 0.0, squares = 0.0;
      for (int t = start; t < start + kEmbeddingFrames; ++t) sum += static_cast<double>(cepstra.at(c, t));
      const double mean = sum / kEmbeddingFrames;
      for (int t = start; t < start + kEmbeddingFrames; ++t) {
        const double d = static_cast<double>(cepstra.at(c, t)) - mean;
        squares += d * d;
      }
      window[static_cast<std::size_t>(c - 1)] = mean;
      window[static_cast<std::size_t>(c + 19)] = std::sqrt(squares / kEmbeddingFrames);
    }
    out.insert(out.end(), window.begin(), window.end());
  }
  return out;
}

double mean_rise(const audio::Spectrogram& log_mel) {
  if (log_mel.frames < 2) return 0.0;
  double sum = 0.0;
  for (int b = 0; b < log_mel.bands; ++b) {
    const std::span<const float> row = log_mel.band(b);
    for (std::size_t t = 1; t < row.size(); ++t) sum += static_cast<double>(std::max(0.0f, row[t] - row[t - 1]));
  }
  return sum / (static_cast<double>(log_mel.bands) * (log_mel.frames - 1));
}

/// Share of the energy in bins 512 … 1024 of a 2048-point spectrum: 4 … 8 kHz.
double upper_share(const audio::Spectrogram& power) {
  double all = 0.0, upper = 0.0;
  for (int b = 0; b < power.bands; ++b) {
    double sum = 0.0;
    for (float v : power.band(b)) sum += static_cast<double>(v);
    all += sum;
    if (b >= (power.bands - 1) / 2) upper += sum;
  }
  return all > 0.0 ? upper / all : 0.0;
}

std::vector<float> level_db(std::span<const float> x) {
  constexpr std::ptrdiff_t kHop = 80, kHalf = 80;  // every 5 ms over 10 ms
  const auto n = static_cast<std::ptrdiff_t>(x.size());
  std::vector<float> out;
  float top = -1000.0f;
  for (std::ptrdiff_t center = 0; center < n; center += kHop) {
    double sum = 0.0;
    for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(0, center - kHalf); i < std::min(n, center + kHalf); ++i)
      sum += static_cast<double>(x[static_cast<std::size_t>(i)]) * static_cast<double>(x[static_cast<std::size_t>(i)]);
    out.push_back(static_cast<float>(10.0 * std::log10(sum / (2 * kHalf) + 1e-12)));
    top = std::max(top, out.back());
  }
  for (float& v : out) v = std::max(v, top - 60.0f);
  return out;
}

std::vector<float> judge_picture(const audio::Spectrogram& magnitude) {
  const audio::Spectrogram mel = bands(1024, kJudgeBands).apply(magnitude);
  std::vector<float> out(mel.values.size());
  for (int t = 0; t < mel.frames; ++t)
    for (int b = 0; b < kJudgeBands; ++b)
      out[static_cast<std::size_t>(t * kJudgeBands + b)] = std::log(mel.at(b, t) + 1e-3f);
  return out;
}

void check_measurable(std::span<const float> samples) {
  if (samples.size() < kEvaluationRate)
    throw EvaluationError("A clip of " + std::to_string(samples.size()) +
                          " samples is too short to be measured: at least one second (16000 samples) is needed.");
  if (!std::all_of(samples.begin(), samples.end(), [](float v) { return std::isfinite(v); }))
    throw EvaluationError("A clip holds samples that are not numbers (NaN or infinite); it cannot be measured.");
}

void add_timbre(const std::vector<float>& x, ClipAnalysis& out) {
  out.samples = x.size();
  const audio::Spectrogram magnitude = audio::magnitude(reflected_stft(x, 1024, 256));
  out.log_mel = bands(1024, 80).apply(magnitude);
  for (float& v : out.log_mel.values) v = std::log(std::max(v, 1e-5f));
  out.cepstra = cepstrum(out.log_mel);
  out.judge_mel = judge_picture(magnitude);
  out.embeddings = window_statistics(out.cepstra);
}

}  // namespace

std::vector<float> fit_length(std::span<const float> samples, std::size_t length) {
  std::vector<float> out(length, 0.0f);
  std::copy_n(samples.begin(), std::min(length, samples.size()), out.begin());
  return out;
}

std::vector<float> normalise_rms(std::span<const float> samples) {
  double squares = 0.0;
  for (float v : samples) squares += static_cast<double>(v) * static_cast<double>(v);
  const double rms = samples.empty() ? 0.0 : std::sqrt(squares / static_cast<double>(samples.size()));
  std::vector<float> out(samples.begin(), samples.end());
  for (float& v : out) v = static_cast<float>(static_cast<double>(v) / (rms + 1e-12));
  return out;
}

ClipAnalysis analyse_clip(std::span<const float> samples) {
  check_measurable(samples);
  const std::vector<float> x = normalise_rms(samples);
  ClipAnalysis out;
  add_timbre(x, out);
  const audio::Spectrogram power = audio::magnitude(reflected_stft(x, 2048, 512), 2.0f);
  out.mel_db = floored_db(bands(2048, 128).apply(power));
  out.high_band = upper_share(power);
  out.flux = mean_rise(out.log_mel);
  out.notes = track_notes(x);
  out.onsets = find_onsets(x);
  out.envelope_db = level_db(x);
  return out;
}

ClipAnalysis analyse_timbre(std::span<const float> samples) {
  check_measurable(samples);
  ClipAnalysis out;
  add_timbre(normalise_rms(samples), out);
  return out;
}

}  // namespace luthier
