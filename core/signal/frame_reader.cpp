#include "core/signal/frame_reader.h"

#include <algorithm>

namespace luthier {

FrameReader::FrameReader(std::span<const float> samples, int n_fft, int hop, int padding, audio::PadMode mode)
    : samples_(samples), n_fft_(n_fft), hop_(hop), padding_(padding), mode_(mode) {}

int FrameReader::frames() const {
  const auto padded = static_cast<std::int64_t>(samples_.size()) + 2 * padding_;
  return 1 + static_cast<int>(std::max<std::int64_t>(0, padded - n_fft_) / hop_);
}

// Reflection does not repeat the end sample (numpy "reflect"); what is too short to be reflected is silence.
float FrameReader::at(std::ptrdiff_t i) const {
  const auto size = static_cast<std::ptrdiff_t>(samples_.size());
  if (i >= 0 && i < size) return samples_[static_cast<std::size_t>(i)];
  if (mode_ == audio::PadMode::zero || i < -padding_ || i >= size + padding_) return 0.0f;
  const std::ptrdiff_t mirrored = i < 0 ? -i : 2 * (size - 1) - i;
  return mirrored >= 0 && mirrored < size ? samples_[static_cast<std::size_t>(mirrored)] : 0.0f;
}

audio::Spectrum FrameReader::read(int begin, int end) const {
  const auto first = static_cast<std::ptrdiff_t>(begin) * hop_ - padding_;
  const auto count = static_cast<std::size_t>(end - begin - 1) * static_cast<std::size_t>(hop_) + static_cast<std::size_t>(n_fft_);
  std::vector<float> stretch(count);
  for (std::size_t i = 0; i < count; ++i) stretch[i] = at(first + static_cast<std::ptrdiff_t>(i));
  return audio::stft(stretch, {.n_fft = n_fft_, .hop = hop_, .center = false});
}

}  // namespace luthier
