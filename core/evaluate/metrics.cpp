#include "core/evaluate/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace luthier {
namespace {

void check_equal(const ClipAnalysis& a, const ClipAnalysis& b) {
  if (a.samples != b.samples)
    throw EvaluationError("The output has " + std::to_string(a.samples) + " samples and its target " +
                          std::to_string(b.samples) + ": bring them to one length with fit_length first.");
}

double square(float a, float b) {
  const double d = static_cast<double>(a) - static_cast<double>(b);
  return d * d;
}

double ratio(double output, double target) {
  if (target > 0.0) return output / target;
  return output > 0.0 ? std::numeric_limits<double>::infinity() : 1.0;
}

}  // namespace

double log_spectral_distance(const ClipAnalysis& output, const ClipAnalysis& target) {
  check_equal(output, target);
  double sum = 0.0;
  for (int b = 0; b < target.mel_db.bands; ++b) {
    double squares = 0.0;
    for (int t = 0; t < target.mel_db.frames; ++t) squares += square(output.mel_db.at(b, t), target.mel_db.at(b, t));
    sum += std::sqrt(squares / target.mel_db.frames);
  }
  return sum / target.mel_db.bands;
}

double log_spectral_distance_by_frame(const ClipAnalysis& output, const ClipAnalysis& target) {
  check_equal(output, target);
  double sum = 0.0;
  for (int t = 0; t < target.mel_db.frames; ++t) {
    double squares = 0.0;
    for (int b = 0; b < target.mel_db.bands; ++b) squares += square(output.mel_db.at(b, t), target.mel_db.at(b, t));
    sum += std::sqrt(squares / target.mel_db.bands);
  }
  return sum / target.mel_db.frames;
}

double mel_l1(const ClipAnalysis& output, const ClipAnalysis& target) {
  check_equal(output, target);
  double sum = 0.0;
  for (std::size_t i = 0; i < target.log_mel.values.size(); ++i)
    sum += std::abs(static_cast<double>(output.log_mel.values[i]) - static_cast<double>(target.log_mel.values[i]));
  return sum / static_cast<double>(target.log_mel.values.size());
}

double mel_cepstral_distortion(const ClipAnalysis& output, const ClipAnalysis& target) {
  check_equal(output, target);
  double sum = 0.0;
  for (int t = 0; t < target.cepstra.frames; ++t) {
    double squares = 0.0;
    for (int c = 1; c <= 13; ++c) squares += square(output.cepstra.at(c, t), target.cepstra.at(c, t));
    sum += std::sqrt(2.0 * squares);
  }
  return 10.0 / std::log(10.0) * sum / target.cepstra.frames / std::sqrt(40.0);
}

double timbre_distance(const ClipAnalysis& output, const ClipAnalysis& target) {
  check_equal(output, target);
  double dot = 0.0, a2 = 0.0, b2 = 0.0;
  for (int c = 1; c <= 12; ++c) {
    double a = 0.0, b = 0.0;
    for (float v : output.cepstra.band(c)) a += static_cast<double>(v);
    for (float v : target.cepstra.band(c)) b += static_cast<double>(v);
    dot += a * b;
    a2 += a * a;
    b2 += b * b;
  }
  // Silence has flat bands: all that is left of its cepstra is rounding.
  const double least = 1e-6 * std::pow(static_cast<double>(target.cepstra.frames), 2);
  return a2 > least && b2 > least ? 1.0 - dot / std::sqrt(a2 * b2) : 1.0;
}

double pitch_jaccard_distance(std::span<const NoteSet> a, std::span<const NoteSet> b) {
  const std::size_t frames = std::min(a.size(), b.size());
  if (frames == 0) return 0.0;
  double sum = 0.0;
  for (std::size_t t = 0; t < frames; ++t) {
    const int together = (a[t] | b[t]).size();
    if (together > 0) sum += 1.0 - static_cast<double>((a[t] & b[t]).size()) / together;
  }
  return sum / static_cast<double>(frames);
}

double flux_ratio(const ClipAnalysis& output, const ClipAnalysis& target) { return ratio(output.flux, target.flux); }

double high_band_ratio(const ClipAnalysis& output, const ClipAnalysis& target) {
  return ratio(output.high_band, target.high_band);
}

double attack_slope(const ClipAnalysis& clip, std::span<const NoteOnset> wanted) {
  constexpr double kStep = 0.005;
  constexpr int kRise = 4;  // 20 ms
  const int count = static_cast<int>(clip.envelope_db.size());
  double sum = 0.0;
  int attacks = 0;
  double last = -1.0;
  for (const NoteOnset& onset : wanted) {
    if (onset.time_s == last) continue;  // a chord attacks once
    last = onset.time_s;
    const int from = std::max(0, static_cast<int>(std::lround((onset.time_s - 0.03) / kStep)));
    const int to = std::min(count - 1 - kRise, static_cast<int>(std::lround((onset.time_s + 0.12) / kStep)) - kRise);
    if (to < from) continue;
    float steepest = 0.0f;
    for (int t = from; t <= to; ++t)
      steepest = std::max(steepest, clip.envelope_db[static_cast<std::size_t>(t + kRise)] -
                                        clip.envelope_db[static_cast<std::size_t>(t)]);
    sum += static_cast<double>(steepest) / (kRise * kStep);
    ++attacks;
  }
  return attacks > 0 ? sum / attacks : 0.0;
}

}  // namespace luthier
