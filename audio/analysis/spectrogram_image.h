#pragma once
#include <cstdint>
#include <vector>

#include "audio/analysis/spectrogram.h"

namespace luthier::audio {

/// 8-bit grey picture, row-major [height][width].
struct GreyImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
};

/// Width is time, height is frequency, row 0 is the lowest band (not flipped). Grey = trunc(clip((dB + range)
/// * 255 / range, 0, 255) + 0.5), the pictures that the seed system A trains on (range 80).
GreyImage to_image(const Spectrogram& db, float range = 80.0f);
/// dB = grey * range / 255 - range.
Spectrogram from_image(const GreyImage& image, float range = 80.0f);

}  // namespace luthier::audio
