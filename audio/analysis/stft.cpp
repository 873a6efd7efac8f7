#include "audio/analysis/stft.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "audio/analysis/kernels.h"
#include "audio/audio_buffer.h"

namespace luthier::audio {
namespace {

const float* floats(const std::complex<float>* z) { return reinterpret_cast<const float*>(z); }

void check(const StftOptions& options) {
  if (options.n_fft < 2)
    throw AudioError("n_fft must be at least 2; it is " + std::to_string(options.n_fft) + ".");
  if (options.hop < 1) throw AudioError("hop must be at least 1; it is " + std::to_string(options.hop) + ".");
  if (options.win_length < 0 || options.win_length > options.n_fft)
    throw AudioError("win_length must lie between 0 and n_fft; it is " + std::to_string(options.win_length) +
                     ".");
}

}  // namespace

int StftOptions::frame_count(std::size_t length) const {
  const auto padded = static_cast<std::ptrdiff_t>(length) + (center ? 2 * (n_fft / 2) : 0);
  return padded < n_fft ? 0 : static_cast<int>(1 + (padded - n_fft) / hop);
}

Stft::Stft(const StftOptions& options)
    : options_((check(options), options)),
      fft_(options.n_fft),
      window_(padded_window(options)),
      frame_(static_cast<std::size_t>(options.n_fft)),
      bins_(static_cast<std::size_t>(options.bins())) {}

std::vector<float> padded_window(const StftOptions& options) {
  const int length = options.win_length > 0 ? options.win_length : options.n_fft;
  const std::vector<float> window = make_window(options.window, length);
  std::vector<float> padded(static_cast<std::size_t>(options.n_fft));
  std::copy(window.begin(), window.end(), padded.begin() + (options.n_fft - length) / 2);
  return padded;
}

std::vector<float> padded_signal(std::span<const float> samples, const StftOptions& options) {
  if (samples.empty()) throw AudioError("There is no sound to analyse (0 samples).");
  const auto pad = static_cast<std::size_t>(options.center ? options.n_fft / 2 : 0);
  if (options.frame_count(samples.size()) < 1 || (options.pad == PadMode::reflect && samples.size() <= pad))
    throw AudioError("The sound is too short to analyse: " + std::to_string(samples.size()) +
                     " samples for frames of " + std::to_string(options.n_fft) + ".");
  std::vector<float> padded(samples.size() + 2 * pad);
  std::copy(samples.begin(), samples.end(), padded.begin() + static_cast<std::ptrdiff_t>(pad));
  fill_padding(padded, pad, options.pad);
  return padded;
}

void fill_padding(std::span<float> padded, std::size_t pad, PadMode mode) {
  const std::size_t end = padded.size() - pad;
  for (std::size_t i = 0; i < pad; ++i) {
    padded[pad - 1 - i] = mode == PadMode::reflect ? padded[pad + 1 + i] : 0.0f;
    padded[end + i] = mode == PadMode::reflect ? padded[end - 2 - i] : 0.0f;
  }
}

std::vector<float> overlap_scale(const StftOptions& options, int frames, std::size_t padded_length) {
  constexpr float kSmallest = 1e-8f;  // below, rounding errors of the FFT would be blown up
  std::vector<float> window = padded_window(options);
  for (float& w : window) w *= w;
  std::vector<float> sum(padded_length);
  for (int t = 0; t < frames; ++t) {
    const std::size_t start = static_cast<std::size_t>(t) * static_cast<std::size_t>(options.hop);
    const std::size_t count = start < sum.size() ? std::min(window.size(), sum.size() - start) : 0;
    for (std::size_t i = 0; i < count; ++i) sum[start + i] += window[i];
  }
  const float scale = 1.0f / static_cast<float>(options.n_fft);
  for (float& s : sum) s = s > kSmallest ? scale / s : scale;
  return sum;
}

Spectrum Stft::forward(std::span<const float> samples) {
  const std::vector<float> padded = padded_signal(samples, options_);
  Spectrum out;
  out.frames = options_.frame_count(samples.size());
  out.bins = options_.bins();
  out.values.resize(static_cast<std::size_t>(out.frames) * static_cast<std::size_t>(out.bins));
  for (int t = 0; t < out.frames; ++t) {
    const float* start = padded.data() + static_cast<std::size_t>(t) * static_cast<std::size_t>(options_.hop);
    detail::multiply(start, window_.data(), frame_.data(), frame_.size());
    fft_.forward(frame_.data(), bins_.data());
    std::copy(bins_.begin(), bins_.end(), out.frame(t));
  }
  return out;
}

std::vector<float> Stft::inverse(const Spectrum& spectrum, std::size_t length) {
  if (spectrum.bins != options_.bins() || spectrum.frames < 1)
    throw AudioError("A spectrum of " + std::to_string(spectrum.bins) + " bins and " +
                     std::to_string(spectrum.frames) + " frames does not fit n_fft " +
                     std::to_string(options_.n_fft) + ".");
  const auto pad = static_cast<std::size_t>(options_.center ? options_.n_fft / 2 : 0);
  const auto covered = static_cast<std::size_t>(options_.n_fft) +
                       static_cast<std::size_t>(options_.hop) * static_cast<std::size_t>(spectrum.frames - 1);
  std::vector<float> sum(covered);
  for (int t = 0; t < spectrum.frames; ++t) {
    std::copy_n(spectrum.frame(t), bins_.size(), bins_.begin());
    fft_.inverse(bins_.data(), frame_.data());
    detail::multiply_add(frame_.data(), window_.data(),
                         sum.data() + static_cast<std::size_t>(t) * static_cast<std::size_t>(options_.hop),
                         frame_.size());
  }
  const std::vector<float> scale = overlap_scale(options_, spectrum.frames, covered);
  std::vector<float> out(length > 0 ? length : covered - 2 * pad);
  for (std::size_t i = 0; i < out.size() && i + pad < covered; ++i) out[i] = sum[i + pad] * scale[i + pad];
  return out;
}

Spectrum stft(std::span<const float> samples, const StftOptions& options) {
  return Stft(options).forward(samples);
}

std::vector<float> istft(const Spectrum& spectrum, const StftOptions& options, std::size_t length) {
  return Stft(options).inverse(spectrum, length);
}

Spectrogram magnitude(const Spectrum& spectrum, float power) {
  Spectrogram out(spectrum.bins, spectrum.frames);
  const auto bins = static_cast<std::size_t>(spectrum.bins),
             frames = static_cast<std::size_t>(spectrum.frames);
  constexpr std::size_t kBlock =
      16;  // frames at a time, so that both sides of the transposition stay in cache
  std::vector<float> block(kBlock * bins);
  for (std::size_t first = 0; first < frames; first += kBlock) {
    const std::size_t count = std::min(kBlock, frames - first);
    for (std::size_t t = 0; t < count; ++t) {
      const float* in = floats(spectrum.frame(static_cast<int>(first + t)));
      float* row = block.data() + t * bins;
      if (power == 1.0f)
        detail::magnitude(in, row, bins);
      else
        detail::squared_magnitude(in, row, bins);
      if (power != 1.0f && power != 2.0f)
        for (std::size_t k = 0; k < bins; ++k) row[k] = std::pow(row[k], power / 2.0f);
    }
    for (std::size_t k = 0; k < bins; ++k)
      for (std::size_t t = 0; t < count; ++t) out.values[k * frames + first + t] = block[t * bins + k];
  }
  return out;
}

}  // namespace luthier::audio
