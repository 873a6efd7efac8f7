#pragma once
#include <span>

#include "audio/analysis/stft.h"

namespace luthier {

/// Frames of a padded signal, any stretch of them: sounds of hours are analysed a block at a time with the numbers that
/// one long STFT would give. Frame t begins at sample t * hop - padding.
class FrameReader {
 public:
  /// `samples` must outlive the reader. `padding` samples stand before and after; `mode` says of what.
  FrameReader(std::span<const float> samples, int n_fft, int hop, int padding, audio::PadMode mode);
  /// 1 + (samples + 2 * padding - n_fft) / hop, at least 1.
  int frames() const;
  /// Frames [begin, end), also beyond frames(): silence there.
  audio::Spectrum read(int begin, int end) const;

 private:
  float at(std::ptrdiff_t i) const;
  std::span<const float> samples_;
  int n_fft_, hop_, padding_;
  audio::PadMode mode_;
};

}  // namespace luthier
