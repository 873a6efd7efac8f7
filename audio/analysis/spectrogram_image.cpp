#include "audio/analysis/spectrogram_image.h"

#include <algorithm>

namespace luthier::audio {

GreyImage to_image(const Spectrogram& db, float range) {
  GreyImage image{db.frames, db.bands, std::vector<std::uint8_t>(db.values.size())};
  for (std::size_t i = 0; i < db.values.size(); ++i) {
    const float grey = std::clamp((db.values[i] + range) * 255.0f / range, 0.0f, 255.0f);
    image.pixels[i] = static_cast<std::uint8_t>(grey + 0.5f);
  }
  return image;
}

Spectrogram from_image(const GreyImage& image, float range) {
  Spectrogram db(image.height, image.width);
  for (std::size_t i = 0; i < db.values.size() && i < image.pixels.size(); ++i)
    db.values[i] = static_cast<float>(image.pixels[i]) * range / 255.0f - range;
  return db;
}

}  // namespace luthier::audio
