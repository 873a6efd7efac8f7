#include "audio/analysis/cqt.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "audio/analysis/fft_plan.h"
#include "audio/analysis/stft.h"
#include "audio/audio_buffer.h"
#include "audio/resampler.h"

namespace luthier::audio {
namespace {

constexpr double kHannBandwidth =
    1.50018310546875;  // equivalent noise bandwidth in bins, as librosa tabulates it

/// The spectrum of one filter, without the bins that are as good as nothing.
struct Filter {
  std::size_t first = 0;
  std::vector<std::complex<float>> weights;
};

struct Octave {
  int n_fft = 0;
  std::vector<Filter> filters;
};

/// Q of filters that are as far apart as the bins of an equal temperament.
double quality(const CqtOptions& options) {
  const double ratio = std::pow(2.0, 2.0 / options.bins_per_octave);
  return options.filter_scale * (ratio + 1.0) / (ratio - 1.0);
}

double frequency(const CqtOptions& options, int bin) {
  return options.f_min * std::pow(2.0, static_cast<double>(bin) / options.bins_per_octave);
}

void check(std::span<const float> samples, const CqtOptions& options) {
  if (samples.empty()) throw AudioError("There is no sound to analyse (0 samples).");
  if (options.bins < 1 || options.bins_per_octave < 1 || options.hop < 1 || options.sample_rate < 1 ||
      !(options.f_min > 0.0) || !(options.filter_scale > 0.0) || options.sparsity < 0.0 ||
      options.sparsity >= 1.0)
    throw AudioError(
        "A constant-Q transform needs bins, hop, rate, lowest frequency and filter scale above 0.");
}

/// Highest frequency that the top filter reaches.
double cutoff(const CqtOptions& options) {
  return frequency(options, options.bins - 1) * (1.0 + 0.5 * kHannBandwidth / quality(options));
}

/// Drops the smallest magnitudes that together make up `share` of the whole.
Filter sparse(const std::vector<std::complex<double>>& spectrum, double share, double scale) {
  std::vector<double> sorted;
  for (const auto& z : spectrum) sorted.push_back(std::abs(z));
  std::sort(sorted.begin(), sorted.end());
  double total = 0.0, sum = 0.0;
  for (const double m : sorted) total += m;
  std::size_t at = 0;
  for (; at + 1 < sorted.size(); ++at) {
    sum += sorted[at] / total;
    if (sum >= share) break;
  }
  const double least = sorted[at];
  std::size_t first = spectrum.size(), last = 0;
  for (std::size_t k = 0; k < spectrum.size(); ++k)
    if (std::abs(spectrum[k]) >= least) {
      first = std::min(first, k);
      last = k;
    }
  Filter filter;
  filter.first = std::min(first, last);
  for (std::size_t k = filter.first; k <= last; ++k)
    filter.weights.emplace_back(std::abs(spectrum[k]) >= least ? std::complex<float>(spectrum[k] * scale)
                                                               : 0.0f);
  return filter;
}

/// librosa.filters.wavelet and its FFT: a windowed phasor of unit sum, in the middle of n_fft samples.
std::vector<std::complex<double>> wavelet_spectrum(double hz, double length, double rate, int n_fft,
                                                   const RealFft& fft) {
  const double begin = std::floor(-length / 2.0), end = std::floor(length / 2.0);
  const auto count = static_cast<std::size_t>(end - begin);
  const std::vector<double> window = make_window_double(WindowKind::hann, static_cast<int>(count));
  double sum = 0.0;
  for (const double w : window) sum += w;
  const double scale = length / n_fft / std::max(sum, 1e-30);
  AlignedVector<float> real(static_cast<std::size_t>(n_fft)), imaginary(static_cast<std::size_t>(n_fft));
  const std::size_t pad = (static_cast<std::size_t>(n_fft) - count) / 2;
  for (std::size_t i = 0; i < count; ++i) {
    const double angle = 2.0 * std::numbers::pi * hz / rate * (begin + static_cast<double>(i));
    real[pad + i] = static_cast<float>(scale * window[i] * std::cos(angle));
    imaginary[pad + i] = static_cast<float>(scale * window[i] * std::sin(angle));
  }
  AlignedVector<std::complex<float>> a(static_cast<std::size_t>(fft.bins())), b(a.size());
  fft.forward(real.data(), a.data());
  fft.forward(imaginary.data(), b.data());
  std::vector<std::complex<double>> spectrum(a.size());
  for (std::size_t k = 0; k < spectrum.size(); ++k)
    spectrum[k] = std::complex<double>(a[k]) + std::complex<double>(0.0, 1.0) * std::complex<double>(b[k]);
  return spectrum;
}

Octave make_octave(const CqtOptions& options, int first_bin, int count, double rate, double scale) {
  const double longest = quality(options) * rate / frequency(options, first_bin);
  Octave octave;
  octave.n_fft = std::max(2, 1 << static_cast<int>(std::ceil(std::log2(longest))));
  const RealFft fft(octave.n_fft);
  for (int bin = first_bin; bin < first_bin + count; ++bin) {
    const double hz = frequency(options, bin);
    const auto spectrum = wavelet_spectrum(hz, quality(options) * rate / hz, rate, octave.n_fft, fft);
    octave.filters.push_back(sparse(spectrum, options.sparsity, scale));
  }
  return octave;
}

/// Halves the rate `times` times at once; the energy stays, as librosa's scale=True has it.
std::vector<float> halve(std::span<const float> samples, int times) {
  const double factor = std::ldexp(1.0, times);
  std::vector<float> out = resample(samples, factor, 1.0);
  for (float& x : out) x *= static_cast<float>(std::sqrt(factor));
  return out;
}

int factors_of_two(int number) {
  int count = 0;
  for (; number > 0 && number % 2 == 0; number /= 2) ++count;
  return count;
}

/// How often the rate may be halved before the first octave, because the top bin is low enough.
int early_halvings(const CqtOptions& options, int octaves) {
  const double nyquist = options.sample_rate / 2.0;
  const int by_frequency =
      std::max(0, static_cast<int>(std::ceil(std::log2(nyquist / cutoff(options))) - 1) - 1);
  return std::min(by_frequency, std::max(0, factors_of_two(options.hop) - octaves + 1));
}

}  // namespace

ConstantQ cqt(std::span<const float> samples, const CqtOptions& options) {
  check(samples, options);
  if (cutoff(options) > options.sample_rate / 2.0)
    throw AudioError("A constant-Q transform of " + std::to_string(options.bins) +
                     " bins reaches beyond half of " + std::to_string(options.sample_rate) +
                     " Hz; use fewer bins.");
  const int octaves = (options.bins + options.bins_per_octave - 1) / options.bins_per_octave;
  const int early = early_halvings(options, octaves);
  std::vector<float> sound =
      early > 0 ? halve(samples, early) : std::vector<float>(samples.begin(), samples.end());
  const double first_rate = options.sample_rate / std::ldexp(1.0, early);
  double rate = first_rate;
  int hop = options.hop >> early;

  ConstantQ out;
  out.bins = options.bins;
  std::vector<std::vector<std::complex<float>>> rows(static_cast<std::size_t>(options.bins));  // [bin][frame]
  for (int octave = 0; octave < octaves; ++octave) {
    const int end = options.bins - octave * options.bins_per_octave;
    const int begin = std::max(0, end - options.bins_per_octave);
    const Octave bank = make_octave(options, begin, end - begin, rate, std::sqrt(first_rate / rate));
    const Spectrum spectrum = stft(sound, {.n_fft = bank.n_fft, .hop = hop, .window = WindowKind::rectangle});
    for (int bin = begin; bin < end; ++bin) {
      const Filter& filter = bank.filters[static_cast<std::size_t>(bin - begin)];
      auto& row = rows[static_cast<std::size_t>(bin)];
      const double length = quality(options) * first_rate / frequency(options, bin);
      const auto scale = static_cast<float>(1.0 / std::sqrt(length));
      for (int t = 0; t < spectrum.frames; ++t) {
        const std::complex<float>* frame = spectrum.frame(t) + filter.first;
        float re = 0.0f, im = 0.0f;
        for (std::size_t k = 0; k < filter.weights.size(); ++k) {
          const std::complex<float> a = filter.weights[k], b = frame[k];
          re += a.real() * b.real() - a.imag() * b.imag();
          im += a.real() * b.imag() + a.imag() * b.real();
        }
        row.emplace_back(re * scale, im * scale);
      }
    }
    out.frames = octave == 0 ? spectrum.frames : std::min(out.frames, spectrum.frames);
    if (hop % 2 == 0 && octave + 1 < octaves) {
      hop /= 2;
      rate /= 2.0;
      sound = halve(sound, 1);
    }
  }
  for (const auto& row : rows) out.values.insert(out.values.end(), row.begin(), row.begin() + out.frames);
  return out;
}

Spectrogram magnitude(const ConstantQ& transform) {
  Spectrogram out(transform.bins, transform.frames);
  for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] = std::abs(transform.values[i]);
  return out;
}

}  // namespace luthier::audio
