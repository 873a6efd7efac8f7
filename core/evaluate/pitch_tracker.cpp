#include "core/evaluate/pitch_tracker.h"

#include <algorithm>
#include <cmath>

#include "audio/analysis/stft.h"

namespace luthier {
namespace {

constexpr int kFft = 4096;
constexpr int kHop = 800;
constexpr int kRate = 16000;
constexpr int kPartials = 10;

/// Takes notes from one whitened spectrum until the next is too weak.
NoteSet notes_of(std::vector<float>& spectrum) {
  NoteSet found;
  float first = 0.0f;
  for (int round = 0; round < 5; ++round) {
    const auto [note, salience] = HarmonicSum::instance().strongest(spectrum);
    if (round == 0) first = salience;
    if (salience < 0.45f * first) break;
    found.add(NoteSet::kLowest + note);
    HarmonicSum::instance().cancel(spectrum, note);
  }
  return found;
}

}  // namespace

HarmonicSum::HarmonicSum() {
  for (int n = 0; n < NoteSet::kCount; ++n) {
    const double f0 = 440.0 * std::pow(2.0, (NoteSet::kLowest + n - 69) / 12.0);
    std::vector<Partial> row;
    for (int m = 1; m <= kPartials; ++m) {
      const double center = f0 * m * kFft / kRate;
      if (center >= kFft / 2 - 6) break;
      const int middle = static_cast<int>(std::nearbyint(center));
      const int width = static_cast<int>(std::clamp(std::nearbyint(0.012 * center), 1.0, 4.0));
      row.push_back({std::max(0, middle - width), std::min(kFft / 2, middle + width),
                     static_cast<float>(std::pow(0.86, m - 1))});
    }
    partials_.push_back(std::move(row));
  }
}

const HarmonicSum& HarmonicSum::instance() {
  static const HarmonicSum sum;
  return sum;
}

std::pair<int, float> HarmonicSum::strongest(std::span<const float> spectrum) const {
  int best = 0;
  float most = -1.0f;
  for (int n = 0; n < NoteSet::kCount; ++n) {
    float salience = 0.0f;
    for (const Partial& p : partials_[static_cast<std::size_t>(n)]) {
      float peak = 0.0f;
      for (int k = p.first; k <= p.last; ++k) peak = std::max(peak, spectrum[static_cast<std::size_t>(k)]);
      salience += p.weight * peak;
    }
    if (salience > most) {
      most = salience;
      best = n;
    }
  }
  return {best, most};
}

void HarmonicSum::cancel(std::span<float> spectrum, int note) const {
  // A bin that belongs to two partials is multiplied once: remember where the last partial ended.
  int next = 0;
  for (const Partial& p : partials_[static_cast<std::size_t>(note)]) {
    for (int k = std::max(p.first, next); k <= p.last; ++k) spectrum[static_cast<std::size_t>(k)] *= 0.1f;
    next = std::max(next, p.last + 1);
  }
}

std::vector<float> HarmonicSum::whitening(std::span<const float> magnitudes) const {
  const int bins = static_cast<int>(magnitudes.size());
  std::vector<double> sum(static_cast<std::size_t>(bins) + 1, 0.0);
  for (std::size_t k = 0; k < magnitudes.size(); ++k)
    sum[k + 1] = sum[k] + static_cast<double>(magnitudes[k]) * static_cast<double>(magnitudes[k]);
  std::vector<float> out(magnitudes.size());
  for (int k = 0; k < bins; ++k) {
    const int width = std::max(3, k / 4);
    const int low = std::max(0, k - width), high = std::min(bins, k + width + 1);
    const double mean = (sum[static_cast<std::size_t>(high)] - sum[static_cast<std::size_t>(low)]) / (high - low);
    out[static_cast<std::size_t>(k)] = static_cast<float>(std::pow(std::sqrt(std::max(0.0, mean)) + 1e-3, -0.6));
  }
  return out;
}

std::vector<NoteSet> track_notes(std::span<const float> normalised) {
  const audio::Spectrum spectrum =
      audio::stft(normalised, {.n_fft = kFft, .hop = kHop, .pad = audio::PadMode::reflect});
  const auto bins = static_cast<std::size_t>(spectrum.bins);
  std::vector<std::vector<float>> frames(static_cast<std::size_t>(spectrum.frames), std::vector<float>(bins));
  std::vector<double> level(frames.size());
  for (std::size_t t = 0; t < frames.size(); ++t) {
    double power = 0.0;
    for (std::size_t k = 0; k < bins; ++k) {
      frames[t][k] = std::abs(spectrum.frame(static_cast<int>(t))[k]);
      power += static_cast<double>(frames[t][k]) * static_cast<double>(frames[t][k]);
    }
    level[t] = 10.0 * std::log10(power / static_cast<double>(bins) + 1e-12);
  }
  std::vector<NoteSet> out(frames.size());
  const double loudest = level.empty() ? 0.0 : *std::max_element(level.begin(), level.end());
  if (loudest <= -119.0) return out;  // digital silence
  for (std::size_t t = 0; t < frames.size(); ++t) {
    if (level[t] <= loudest - 45.0) continue;
    const std::vector<float> white = HarmonicSum::instance().whitening(frames[t]);
    for (std::size_t k = 0; k < bins; ++k) frames[t][k] *= white[k];
    out[t] = notes_of(frames[t]);
  }
  return out;
}

std::vector<NoteSet> phrase_note_sets(const audio::Phrase& phrase, std::size_t frames) {
  std::vector<NoteSet> out(frames);
  for (const audio::Note& note : phrase.notes)
    for (std::size_t t = 0; t < frames; ++t) {
      const double time = static_cast<double>(t) * kNoteSetStep;
      if (note.start_s <= time && time < note.end_s) out[t].add(note.pitch);
    }
  return out;
}

}  // namespace luthier
