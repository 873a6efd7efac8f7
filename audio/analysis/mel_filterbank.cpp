#include "audio/analysis/mel_filterbank.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "audio/analysis/kernels.h"
#include "audio/audio_buffer.h"

namespace luthier::audio {
namespace {

constexpr double kHzPerMel = 200.0 / 3.0;
constexpr double kBreakHz = 1000.0;
constexpr double kBreakMel = kBreakHz / kHzPerMel;
const double kLogStep = std::log(6.4) / 27.0;

MelOptions checked(MelOptions options) {
  if (options.sample_rate < 1) throw AudioError("A mel filterbank needs a sample rate above 0.");
  if (options.n_fft < 2) throw AudioError("A mel filterbank needs n_fft of at least 2.");
  if (options.bands < 1 || options.bands > 4096) throw AudioError("A mel filterbank has 1 to 4096 bands.");
  if (options.f_max <= 0.0) options.f_max = options.sample_rate / 2.0;
  if (options.f_min < 0.0 || options.f_min >= options.f_max)
    throw AudioError("A mel filterbank needs 0 <= f_min < f_max; they are " + std::to_string(options.f_min) +
                     " and " + std::to_string(options.f_max) + " Hz.");
  return options;
}

}  // namespace

double hz_to_mel(double hz, MelScale scale) {
  if (scale == MelScale::htk) return 2595.0 * std::log10(1.0 + hz / 700.0);
  return hz < kBreakHz ? hz / kHzPerMel : kBreakMel + std::log(hz / kBreakHz) / kLogStep;
}

double mel_to_hz(double mel, MelScale scale) {
  if (scale == MelScale::htk) return 700.0 * (std::pow(10.0, mel / 2595.0) - 1.0);
  return mel < kBreakMel ? mel * kHzPerMel : kBreakHz * std::exp(kLogStep * (mel - kBreakMel));
}

MelFilterbank::MelFilterbank(const MelOptions& options) : options_(checked(options)) {
  const double low = hz_to_mel(options_.f_min, options_.scale),
               high = hz_to_mel(options_.f_max, options_.scale);
  std::vector<double> corners(static_cast<std::size_t>(options_.bands) + 2);
  for (std::size_t i = 0; i < corners.size(); ++i)
    corners[i] =
        mel_to_hz(low + (high - low) * static_cast<double>(i) / (options_.bands + 1), options_.scale);
  const double bin_hz = static_cast<double>(options_.sample_rate) / options_.n_fft;
  for (std::size_t band = 0; band + 2 < corners.size(); ++band) {
    const double left = corners[band], center = corners[band + 1], right = corners[band + 2];
    const double norm = options_.area_normalised ? 2.0 / (right - left) : 1.0;
    Row row{0, 0, weights_.size()};
    for (int k = 0; k < bins(); ++k) {
      const double hz = k * bin_hz;
      const double weight = std::min((hz - left) / (center - left), (right - hz) / (right - center));
      if (weight <= 0.0) continue;
      if (row.count++ == 0) row.first = k;
      weights_.push_back(static_cast<float>(weight * norm));
    }
    rows_.push_back(row);
    centers_.push_back(center);
  }
}

std::vector<float> MelFilterbank::dense() const {
  std::vector<float> matrix(static_cast<std::size_t>(bands()) * static_cast<std::size_t>(bins()));
  for (std::size_t band = 0; band < rows_.size(); ++band)
    std::copy_n(weights_.begin() + static_cast<std::ptrdiff_t>(rows_[band].offset), rows_[band].count,
                matrix.begin() + static_cast<std::ptrdiff_t>(band * static_cast<std::size_t>(bins())) +
                    rows_[band].first);
  return matrix;
}

Spectrogram MelFilterbank::apply(const Spectrogram& linear) const {
  if (linear.bands != bins())
    throw AudioError("A spectrogram of " + std::to_string(linear.bands) +
                     " bins does not fit a mel filterbank for " + std::to_string(bins()) + ".");
  Spectrogram out(bands(), linear.frames);
  for (int band = 0; band < bands(); ++band) {
    const Row& row = rows_[static_cast<std::size_t>(band)];
    const std::span<float> sum = out.band(band);
    for (int i = 0; i < row.count; ++i) {
      const float weight = weights_[row.offset + static_cast<std::size_t>(i)];
      const std::span<const float> in = linear.band(row.first + i);
      for (std::size_t t = 0; t < sum.size(); ++t) sum[t] += weight * in[t];
    }
  }
  return out;
}

Spectrogram mel_spectrogram(std::span<const float> samples, const StftOptions& options,
                            const MelFilterbank& filterbank, float power) {
  return filterbank.apply(magnitude(stft(samples, options), power));
}

}  // namespace luthier::audio
