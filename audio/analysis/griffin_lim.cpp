#include "audio/analysis/griffin_lim.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "audio/analysis/kernels.h"
#include "audio/audio_buffer.h"
#include "audio/random.h"

namespace luthier::audio {
namespace {

float* floats(std::complex<float>* z) { return reinterpret_cast<float*>(z); }

/// A uniformly random direction without sine and cosine: a point of the disc, scaled to length 1.
std::complex<float> random_phasor(Random& random) {
  for (;;) {
    const std::uint64_t bits = random.next();
    const auto x = static_cast<float>(static_cast<std::int32_t>(bits >> 32)) * 0x1.0p-31f;
    const auto y = static_cast<float>(static_cast<std::int32_t>(bits & 0xffffffffu)) * 0x1.0p-31f;
    const float square = x * x + y * y;
    if (square <= 1.0f && square > 1e-6f) return std::complex<float>(x, y) / std::sqrt(square);
  }
}

/// All buffers of one run. A pass goes over the frames once: analyse what the last pass gave, correct the
/// phase, add the frame to what this pass gives. Only `previous` and the magnitudes are as large as the
/// spectrum.
class Run {
 public:
  Run(const Spectrogram& magnitude, const GriffinLimOptions& options)
      : options_(options),
        fft_(options.stft.n_fft),
        window_(padded_window(options.stft)),
        frames_(static_cast<std::size_t>(magnitude.frames)),
        bins_(static_cast<std::size_t>(magnitude.bands)),
        hop_(static_cast<std::size_t>(options.stft.hop)),
        pad_(static_cast<std::size_t>(options.stft.center ? options.stft.n_fft / 2 : 0)),
        frame_(window_.size()),
        spectrum_(bins_),
        rebuilt_(bins_),
        previous_(frames_ * bins_ * 2),
        magnitude_(frames_ * bins_) {
    const std::size_t covered = window_.size() + hop_ * (frames_ - 1);
    length_ = options.length > 0 ? options.length : covered - 2 * pad_;
    const std::size_t padded = std::max(covered, length_ + 2 * pad_);
    signal_.resize(padded);
    sum_.resize(padded);
    scale_ = overlap_scale(options.stft, magnitude.frames, padded);
    for (std::size_t k = 0; k < bins_; ++k)
      for (std::size_t t = 0; t < frames_; ++t) magnitude_[t * bins_ + k] = magnitude.values[k * frames_ + t];
  }

  std::vector<float> go() {
    start();
    for (int i = 0; i < options_.iterations; ++i) {
      if (options_.keep_going && !options_.keep_going(i)) break;
      pass(i > 0);
    }
    const auto begin = signal_.begin() + static_cast<std::ptrdiff_t>(pad_);
    return {begin, begin + static_cast<std::ptrdiff_t>(length_)};
  }

 private:
  void start() {
    Random random(options_.seed);
    for (std::size_t t = 0; t < frames_; ++t) {
      const float* magnitude = magnitude_.data() + t * bins_;
      for (std::size_t k = 0; k < bins_; ++k) {
        if (options_.phase) {
          const std::complex<float> z = options_.phase->frame(static_cast<int>(t))[k];
          const float size = std::abs(z);
          spectrum_[k] = size > 1e-20f ? z * (magnitude[k] / size) : std::complex<float>(magnitude[k]);
        } else {
          spectrum_[k] = random_phasor(random) * magnitude[k];
        }
      }
      add_frame(t);
    }
    finish_signal();
  }

  void pass(bool with_momentum) {
    const float momentum = with_momentum ? options_.momentum / (1.0f + options_.momentum) : 0.0f;
    for (std::size_t t = 0; t < frames_; ++t) {
      detail::multiply(signal_.data() + t * hop_, window_.data(), frame_.data(), frame_.size());
      fft_.forward(frame_.data(), rebuilt_.data());
      detail::phase_step(floats(rebuilt_.data()), previous_.data() + t * bins_ * 2,
                         magnitude_.data() + t * bins_, momentum, floats(spectrum_.data()), bins_);
      add_frame(t);
    }
    finish_signal();
  }

  void add_frame(std::size_t t) {
    fft_.inverse(spectrum_.data(), frame_.data());
    detail::multiply_add(frame_.data(), window_.data(), sum_.data() + t * hop_, frame_.size());
  }

  void finish_signal() {
    detail::multiply(sum_.data(), scale_.data(), signal_.data(), signal_.size());
    std::fill(sum_.begin(), sum_.end(), 0.0f);
    // The next analysis sees what an STFT of the cut result would see.
    const std::size_t used = length_ + 2 * pad_;
    if (pad_ > 0) fill_padding(std::span(signal_).first(used), pad_, padding());
    std::fill(signal_.begin() + static_cast<std::ptrdiff_t>(used), signal_.end(), 0.0f);
  }

  PadMode padding() const { return length_ > pad_ ? options_.stft.pad : PadMode::zero; }

  const GriffinLimOptions& options_;
  RealFft fft_;
  std::vector<float> window_;
  std::size_t frames_, bins_, hop_, pad_;
  std::size_t length_ = 0;
  AlignedVector<float> frame_;
  AlignedVector<std::complex<float>> spectrum_, rebuilt_;
  std::vector<float> previous_;              ///< [frame][bin][re, im]
  std::vector<float> magnitude_;             ///< [frame][bin]
  std::vector<float> signal_, sum_, scale_;  ///< padded signal
};

}  // namespace

std::vector<float> griffin_lim(const Spectrogram& magnitude, const GriffinLimOptions& options) {
  if (magnitude.bands != options.stft.bins() || magnitude.frames < 1)
    throw AudioError("Griffin-Lim was given " + std::to_string(magnitude.bands) + " bins and " +
                     std::to_string(magnitude.frames) + " frames; n_fft " +
                     std::to_string(options.stft.n_fft) + " needs " + std::to_string(options.stft.bins()) +
                     " bins.");
  if (options.phase && (options.phase->bins != magnitude.bands || options.phase->frames != magnitude.frames))
    throw AudioError("The start phase of Griffin-Lim must be as large as the magnitudes.");
  if (options.stft.hop < 1 || options.iterations < 0)
    throw AudioError("Griffin-Lim needs a hop of 1 or more.");
  return Run(magnitude, options).go();
}

double spectral_convergence(std::span<const float> samples, const Spectrogram& wanted,
                            const StftOptions& options) {
  const Spectrogram have = magnitude(stft(samples, options));
  double difference = 0.0, total = 0.0;
  const int frames = std::min(have.frames, wanted.frames);
  for (int k = 0; k < std::min(have.bands, wanted.bands); ++k)
    for (int t = 0; t < frames; ++t) {
      const double d = static_cast<double>(have.at(k, t)) - wanted.at(k, t);
      difference += d * d;
      total += static_cast<double>(wanted.at(k, t)) * wanted.at(k, t);
    }
  return total > 0.0 ? std::sqrt(difference / total) : 0.0;
}

}  // namespace luthier::audio
