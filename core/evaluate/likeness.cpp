#include "core/evaluate/likeness.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/stft.h"
#include "core/evaluate/clip_analysis.h"

namespace luthier {
namespace {

using audio::Spectrogram;
using Samples = std::span<const float>;

constexpr int kFft = 2048, kHop = 512, kChroma = 12, kCepstra = 13;

Spectrogram power_of(Samples samples) { return audio::magnitude(audio::stft(samples, {.n_fft = kFft, .hop = kHop}), 2.0f); }

double pearson(std::span<const double> a, std::span<const double> b) {
  const std::size_t n = std::min(a.size(), b.size());
  if (n < 2) return 0;
  double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < n; ++i) ma += a[i] / static_cast<double>(n), mb += b[i] / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) ab += (a[i] - ma) * (b[i] - mb), aa += (a[i] - ma) * (a[i] - ma), bb += (b[i] - mb) * (b[i] - mb);
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

std::vector<double> row(const Spectrogram& s, int band) { return {s.band(band).begin(), s.band(band).end()}; }

/// librosa.filters.chroma: Gaussians around the twelve pitch classes, weighted towards the octave above A440's.
Spectrogram chroma_filters() {
  const int bins = kFft / 2 + 1;
  std::vector<double> place(kFft), width(kFft, 1.0);
  for (int k = 1; k < kFft; ++k) place[static_cast<std::size_t>(k)] = kChroma * std::log2(static_cast<double>(k) * kLikenessRate / kFft / (440.0 / 16));
  place[0] = place[1] - 1.5 * kChroma;
  for (std::size_t k = 0; k + 1 < kFft; ++k) width[k] = std::max(place[k + 1] - place[k], 1.0);
  Spectrogram out(kChroma, bins);
  for (int k = 0; k < bins; ++k) {
    const auto i = static_cast<std::size_t>(k);
    double weights[kChroma], square = 0;
    for (int c = 0; c < kChroma; ++c) {
      const double shifted = place[i] - c + kChroma / 2 + 10 * kChroma;
      const double distance = shifted - std::floor(shifted / kChroma) * kChroma - kChroma / 2;
      weights[c] = std::exp(-0.5 * std::pow(2 * distance / width[i], 2));
      square += weights[c] * weights[c];
    }
    const double octave = std::exp(-0.5 * std::pow((place[i] / kChroma - 5.0) / 2.0, 2));
    for (int c = 0; c < kChroma; ++c) out.at((c + kChroma - 3) % kChroma, k) = static_cast<float>(weights[c] / std::sqrt(square) * octave);  // from C
  }
  return out;
}

Spectrogram chroma_of(Samples samples) {
  static const Spectrogram filters = chroma_filters();
  const auto power = power_of(samples);
  Spectrogram out(kChroma, power.frames);
  for (int c = 0; c < kChroma; ++c)
    for (int k = 0; k < power.bands; ++k) {
      const float weight = filters.at(c, k);
      if (weight < 1e-9f) continue;
      for (int t = 0; t < power.frames; ++t) out.at(c, t) += weight * power.at(k, t);
    }
  for (int t = 0; t < out.frames; ++t) {
    float most = 0;
    for (int c = 0; c < kChroma; ++c) most = std::max(most, out.at(c, t));
    for (int c = 0; most > 1e-30f && c < kChroma; ++c) out.at(c, t) /= most;
  }
  return out;
}

Spectrogram mel_db_of(Samples samples) {
  static const audio::MelFilterbank bank{audio::MelOptions{}};
  return audio::power_to_db(audio::mel_spectrogram(samples, {.n_fft = kFft, .hop = kHop}, bank), {.reference_is_max = false});
}

Spectrogram cepstra_of(Samples samples) {
  const auto mel = mel_db_of(samples);
  Spectrogram out(kCepstra, mel.frames);
  for (int c = 0; c < kCepstra; ++c) {
    const double scale = std::sqrt((c == 0 ? 1.0 : 2.0) / mel.bands);
    for (int b = 0; b < mel.bands; ++b) {
      const auto weight = static_cast<float>(scale * std::cos(M_PI * c * (b + 0.5) / mel.bands));
      for (int t = 0; t < mel.frames; ++t) out.at(c, t) += weight * mel.at(b, t);
    }
  }
  return out;
}

double mean_distance(const Spectrogram& a, const Spectrogram& b) {
  const int frames = std::min(a.frames, b.frames);
  double sum = 0;
  for (int t = 0; t < frames; ++t) {
    double square = 0;
    for (int c = 0; c < a.bands; ++c) square += std::pow(static_cast<double>(a.at(c, t)) - b.at(c, t), 2);
    sum += std::sqrt(square);
  }
  return sum / std::max(1, frames);
}

/// librosa.onset.onset_detect with its defaults: frames.
std::vector<int> onset_frames(Samples samples) {
  const auto mel = mel_db_of(samples);
  constexpr int kShift = 1 + kFft / (2 * kHop);
  std::vector<double> strength(static_cast<std::size_t>(mel.frames), 0.0);
  for (int t = 1; t - 1 + kShift < mel.frames; ++t) {
    double sum = 0;
    for (int b = 0; b < mel.bands; ++b) sum += std::max(0.0f, mel.at(b, t) - mel.at(b, t - 1));
    strength[static_cast<std::size_t>(t - 1 + kShift)] = sum / mel.bands;
  }
  const auto [low, high] = std::minmax_element(strength.begin(), strength.end());
  const double least = *low, span = *high - *low;
  if (span <= 0) return {};
  for (double& x : strength) x = (x - least) / span;
  constexpr int kBefore = 1, kAfter = 1, kMeanBefore = 4, kMeanAfter = 5, kWait = 1;  // 30, 0, 100, 100 and 30 ms
  constexpr double kRise = 0.07;
  std::vector<int> found;
  for (int t = 0; t < mel.frames; ++t) {
    const auto at = [&](int i) { return strength.begin() + std::clamp(i, 0, mel.frames); };
    const double here = strength[static_cast<std::size_t>(t)], mean_count = static_cast<double>(at(t + kMeanAfter) - at(t - kMeanBefore));
    if (here < *std::max_element(at(t - kBefore), at(t + kAfter))) continue;
    if (here < std::accumulate(at(t - kMeanBefore), at(t + kMeanAfter), 0.0) / mean_count + kRise) continue;
    if (!found.empty() && t - found.back() <= kWait) continue;
    found.push_back(t);
  }
  return found;
}

double frame_f1(const std::vector<int>& a, const std::vector<int>& b) {
  if (a.empty() && b.empty()) return 1;
  const auto hits = std::count_if(a.begin(), a.end(), [&](int t) { return std::binary_search(b.begin(), b.end(), t); });
  return 2.0 * static_cast<double>(hits) / static_cast<double>(a.size() + b.size());
}

/// Mean of the pitches that librosa.piptrack finds in each frame; 0 where there is none.
std::vector<double> mean_pitches(Samples samples) {
  constexpr double kLowest = 150, kHighest = 4000, kShare = 0.1, kBin = static_cast<double>(kLikenessRate) / kFft;
  const auto magnitude = audio::magnitude(audio::stft(samples, {.n_fft = kFft, .hop = kHop}));
  std::vector<double> out;
  for (int t = 0; t < magnitude.frames; ++t) {
    float most = 0;
    for (int k = 0; k < magnitude.bands; ++k) most = std::max(most, magnitude.at(k, t));
    const auto above = [&](int k) { const float m = magnitude.at(k, t); return m > kShare * most ? m : 0.0f; };
    double sum = 0;
    int count = 0;
    for (int k = 1; k + 1 < magnitude.bands; ++k) {
      if (k * kBin < kLowest || k * kBin >= kHighest || !(above(k) > above(k - 1) && above(k) >= above(k + 1))) continue;
      const double left = magnitude.at(k - 1, t), here = magnitude.at(k, t), right = magnitude.at(k + 1, t);
      const double curve = left + right - 2 * here, slope = (right - left) / 2;
      sum += (k + (std::abs(slope) < std::abs(curve) ? -slope / curve : 0)) * kBin;
      ++count;
    }
    out.push_back(count > 0 ? sum / count : 0);
  }
  return out;
}

/// librosa.segment.recurrence_matrix with its defaults: for every frame k = 2 * ceil(sqrt(frames - 1)) others. It looks for the
/// k + 2 nearest and, in this mode, keeps the k earliest of them.
std::vector<char> recurrence(const Spectrogram& cepstra, int frames) {
  const auto n = static_cast<std::size_t>(frames);
  const auto wanted = static_cast<std::size_t>(2 * std::ceil(std::sqrt(static_cast<double>(frames) - 1)));
  std::vector<char> out(n * n, 0);
  std::vector<std::pair<double, std::size_t>> others;
  for (std::size_t i = 0; i < n; ++i) {
    others.clear();
    for (std::size_t j = 0; j < n; ++j) {
      if (j == i) continue;
      double square = 0;
      for (int c = 0; c < kCepstra; ++c) square += std::pow(static_cast<double>(cepstra.at(c, static_cast<int>(i))) - cepstra.at(c, static_cast<int>(j)), 2);
      others.emplace_back(square, j);
    }
    const auto near = others.begin() + static_cast<std::ptrdiff_t>(std::min(wanted + 2, others.size()));
    std::partial_sort(others.begin(), near, others.end());
    std::sort(others.begin(), near, [](const auto& a, const auto& b) { return a.second < b.second; });
    for (auto other = others.begin(); other != near && other - others.begin() < static_cast<std::ptrdiff_t>(wanted); ++other) out[i * n + other->second] = 1;
  }
  return out;
}

double structure_difference(const Spectrogram& a, const Spectrogram& b) {
  const int frames = std::min(a.frames, b.frames);
  if (frames < 2) return 0;
  const auto one = recurrence(a, frames), two = recurrence(b, frames);
  std::size_t different = 0;
  for (std::size_t i = 0; i < one.size(); ++i) different += one[i] != two[i];
  return static_cast<double>(different) / static_cast<double>(one.size());
}

Spectrogram fine_magnitude(Samples samples) { return audio::magnitude(audio::stft(samples, {.n_fft = 1024, .hop = 256, .pad = audio::PadMode::reflect})); }

double magnitude_error(Samples a, Samples b) {
  const auto one = fine_magnitude(a), two = fine_magnitude(b);
  double sum = 0;
  for (std::size_t i = 0; i < one.values.size(); ++i) sum += std::pow(static_cast<double>(one.values[i]) - two.values[i], 2);
  return sum / static_cast<double>(one.values.size());
}

double spectrum_correlation(Samples a, Samples b) {
  const auto sums = [](const Spectrogram& s) {
    std::vector<double> out;
    for (int k = 0; k < s.bands; ++k) out.push_back(std::accumulate(s.band(k).begin(), s.band(k).end(), 0.0));
    return out;
  };
  return pearson(sums(fine_magnitude(a)), sums(fine_magnitude(b)));
}

/// Both cut to the shorter.
void match(Samples& a, Samples& b) {
  const std::size_t length = std::min(a.size(), b.size());
  if (length < static_cast<std::size_t>(kLikenessRate)) throw EvaluationError("These figures need sounds of a second or longer.");
  a = a.first(length), b = b.first(length);
}

}  // namespace

ReconstructionLikeness reconstruction_likeness(Samples made, Samples original) {
  match(made, original);
  return {mean_distance(chroma_of(made), chroma_of(original)), frame_f1(onset_frames(made), onset_frames(original)),
          pearson(mean_pitches(made), mean_pitches(original)), magnitude_error(made, original)};
}

TransferLikeness transfer_likeness(Samples made, Samples source, Samples target) {
  match(made, source);
  TransferLikeness out;
  const auto chroma = chroma_of(made), wanted = chroma_of(source);
  for (int c = 0; c < kChroma; ++c) out.chroma_correlation += pearson(row(chroma, c), row(wanted, c)) / kChroma;
  const auto cepstra = cepstra_of(made);
  out.structure_difference = structure_difference(cepstra, cepstra_of(source));
  Samples cut = made;
  match(cut, target);
  out.cepstral_distance = mean_distance(cepstra_of(cut), cepstra_of(target));
  out.spectrum_correlation = spectrum_correlation(cut, target);
  return out;
}

}  // namespace luthier
