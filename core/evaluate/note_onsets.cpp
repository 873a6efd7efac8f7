#include "core/evaluate/note_onsets.h"

#include <algorithm>
#include <cmath>

#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/stft.h"
#include "core/evaluate/pitch_tracker.h"

namespace luthier {
namespace {

constexpr int kRate = 16000;
constexpr int kHop = 160;         // 10 ms
constexpr std::ptrdiff_t kLead = 3200;  // 200 ms of silence before the clip, so that an attack at 0 can rise
constexpr int kRiseFrames = 4;
constexpr double kLastAttack = 0.08;  // an attack this near to the end cannot be heard out

/// Mean over bands of the rise in 40 ms against the widest of three bands then. [frame], 10 ms apart.
std::vector<float> flux_curve(std::span<const float> padded) {
  static const audio::MelFilterbank mel({.sample_rate = kRate, .n_fft = 1024, .bands = 80});
  audio::Spectrogram level = mel.apply(audio::magnitude(audio::stft(padded, {.n_fft = 1024, .hop = kHop})));
  for (float& v : level.values) v = std::log1p(16.0f * v);
  std::vector<float> flux(static_cast<std::size_t>(level.frames), 0.0f);
  for (int b = 0; b < level.bands; ++b)
    for (int t = kRiseFrames; t < level.frames; ++t) {
      float before = level.at(b, t - kRiseFrames);
      if (b > 0) before = std::max(before, level.at(b - 1, t - kRiseFrames));
      if (b + 1 < level.bands) before = std::max(before, level.at(b + 1, t - kRiseFrames));
      flux[static_cast<std::size_t>(t)] += std::max(0.0f, level.at(b, t) - before) / static_cast<float>(level.bands);
    }
  return flux;
}

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5f * (*middle + *std::max_element(values.begin(), middle));
}

/// Frames where attacks begin.
std::vector<int> attack_frames(const std::vector<float>& flux) {
  constexpr int kMedian = 15, kPeak = 4, kGap = 5;
  const int count = static_cast<int>(flux.size());
  const auto slice = [&](int t, int reach) {
    return std::pair(flux.begin() + std::max(0, t - reach), flux.begin() + std::min(count, t + reach + 1));
  };
  std::vector<int> out;
  int last = -kGap;
  for (int t = 0; t < count; ++t) {
    const float value = flux[static_cast<std::size_t>(t)];
    const auto [from, to] = slice(t, kPeak);
    if (t - last < kGap || value < *std::max_element(from, to)) continue;
    const auto [wide_from, wide_to] = slice(t, kMedian);
    if (value <= median({wide_from, wide_to}) + 0.05f) continue;
    int start = t;
    while (start > 0 && flux[static_cast<std::size_t>(start - 1)] >= 0.5f * value) --start;
    out.push_back(start);
    last = t;
  }
  return out;
}

/// |X| of the 4096 samples around `center`, zeros outside.
class LongFrame {
 public:
  LongFrame() : fft_(4096), window_(audio::make_window(audio::WindowKind::hann, 4096)), in_(4096), out_(2049) {}
  std::vector<float> magnitudes(std::span<const float> x, std::ptrdiff_t center) {
    for (std::ptrdiff_t i = 0; i < 4096; ++i) {
      const std::ptrdiff_t at = center - 2048 + i;
      const bool inside = at >= 0 && at < static_cast<std::ptrdiff_t>(x.size());
      in_[static_cast<std::size_t>(i)] =
          inside ? x[static_cast<std::size_t>(at)] * window_[static_cast<std::size_t>(i)] : 0.0f;
    }
    fft_.forward(in_.data(), out_.data());
    std::vector<float> result(out_.size());
    std::transform(out_.begin(), out_.end(), result.begin(), [](std::complex<float> c) { return std::abs(c); });
    return result;
  }

 private:
  audio::RealFft fft_;
  std::vector<float> window_;
  audio::AlignedVector<float> in_;
  audio::AlignedVector<std::complex<float>> out_;
};

void add_notes(double time, std::vector<float> before, std::vector<float> after, std::vector<NoteOnset>& out) {
  const HarmonicSum& sum = HarmonicSum::instance();
  const std::vector<float> white = sum.whitening(after);
  for (std::size_t k = 0; k < after.size(); ++k) {
    before[k] = std::max(0.0f, after[k] - before[k]) * white[k];  // what is new
    after[k] *= white[k];
  }
  const float whole = sum.strongest(after).second;
  float first = 0.0f;
  for (int round = 0; round < 4; ++round) {
    const auto [note, salience] = sum.strongest(before);
    if (round == 0) {
      first = salience;
      if (first <= 0.0f || first < 0.3f * whole) return;
    }
    if (salience < 0.45f * first) return;
    out.push_back({time, NoteSet::kLowest + note});
    sum.cancel(before, note);
  }
}

}  // namespace

std::vector<NoteOnset> find_onsets(std::span<const float> normalised) {
  std::vector<float> padded(normalised.size() + static_cast<std::size_t>(kLead), 0.0f);
  std::copy(normalised.begin(), normalised.end(), padded.begin() + kLead);
  const double end = static_cast<double>(normalised.size()) / kRate;
  LongFrame frame;
  std::vector<NoteOnset> out;
  for (int start : attack_frames(flux_curve(padded))) {
    const std::ptrdiff_t sample = static_cast<std::ptrdiff_t>(start) * kHop;
    const double time = static_cast<double>(sample - kLead) / kRate;
    if (time >= end - kLastAttack) break;
    add_notes(time, frame.magnitudes(padded, sample - 960), frame.magnitudes(padded, sample + 1600), out);
  }
  return out;
}

std::vector<NoteOnset> phrase_onsets(const audio::Phrase& phrase) {
  std::vector<NoteOnset> out;
  for (const audio::Note& note : phrase.notes) out.push_back({note.start_s, note.pitch});
  return out;
}

double onset_f1(std::span<const NoteOnset> found, std::span<const NoteOnset> wanted, double tolerance) {
  if (found.empty() && wanted.empty()) return 1.0;
  std::vector<bool> used(found.size(), false);
  int hits = 0;
  for (const NoteOnset& want : wanted) {
    std::size_t best = found.size();
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double distance = std::abs(found[i].time_s - want.time_s);
      if (used[i] || found[i].pitch != want.pitch || distance > tolerance) continue;
      if (best == found.size() || distance < std::abs(found[best].time_s - want.time_s)) best = i;
    }
    if (best == found.size()) continue;
    used[best] = true;
    ++hits;
  }
  return 2.0 * hits / static_cast<double>(found.size() + wanted.size());
}

}  // namespace luthier
