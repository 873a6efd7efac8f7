#pragma once
#include <complex>
#include <span>
#include <vector>

#include "audio/analysis/spectrogram.h"

namespace luthier::audio {

/// The constant-Q transform as librosa.cqt defines it; the initialisers are the disentangled family's setting
/// (hop 256), otherwise librosa's defaults (filter_scale 1, L1-normalised Hann filters, scale=True, sparsity
/// 0.01, zero padding).
struct CqtOptions {
  int sample_rate = 22050;  ///< Hz
  int hop = 256;            ///< samples; a multiple of 2^(octaves - 1) keeps all octaves on the same grid
  double f_min = 32.70319566257483;  ///< Hz, C1
  int bins = 84;
  int bins_per_octave = 12;
  double filter_scale = 1.0;
  double sparsity = 0.01;  ///< share of each filter's magnitude that is dropped

  int frame_count(std::size_t length) const {
    return 1 + static_cast<int>(length / static_cast<std::size_t>(hop));
  }
};

/// Complex CQT, row-major [bin][frame], bin 0 lowest.
struct ConstantQ {
  int bins = 0;
  int frames = 0;
  std::vector<std::complex<float>> values;  ///< [bin][frame]
};

/// Recursive octave by octave, halving the rate with soxr HQ between octaves. Throws AudioError when the top
/// bin passes the Nyquist frequency, or for an empty signal.
ConstantQ cqt(std::span<const float> samples, const CqtOptions& options = {});
/// |C|, [bin][frame].
Spectrogram magnitude(const ConstantQ& transform);

}  // namespace luthier::audio
