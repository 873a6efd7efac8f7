#include "ui/spectrogram/picture_images.h"

#include <algorithm>

#include "ui/spectrogram/colour_map.h"

namespace luthier::ui {
namespace {

quint64 next_image_id() {
  static quint64 id = 0;
  return ++id;
}

/// Levels through the colours of [-range, 0] dB, or of [-difference_range, difference_range] dB.
QImage coloured(const Picture& picture, const PictureLook& look) {
  const ColourTable& table = colour_table(picture.difference ? difference_colours() : look.colours);
  ColourTable by_level{};
  for (int level = 0; level < 256; ++level) {
    const double db = picture.difference ? Picture::kFarthest * (level / 127.5 - 1) : Picture::kFloor * (1 - level / 255.0);
    const double part = std::clamp(picture.difference ? 0.5 + db / (2 * look.difference_range) : 1 + db / look.range, 0.0, 1.0);
    by_level[static_cast<std::size_t>(level)] = table[static_cast<std::size_t>(part * 255 + 0.5)];
  }
  QImage image(picture.frames, picture.axis.bands, QImage::Format_RGBA8888);
  for (int band = 0; band < picture.axis.bands; ++band) {
    const std::uint8_t* from = picture.levels.data() + static_cast<std::size_t>(band) * static_cast<std::size_t>(picture.frames);
    auto* to = reinterpret_cast<std::uint32_t*>(image.scanLine(picture.axis.bands - 1 - band));
    for (int frame = 0; frame < picture.frames; ++frame) to[frame] = by_level[from[frame]];
  }
  return image;
}

}  // namespace

const SceneImage& PictureImages::of(const PicturePtr& picture, const PictureLook& look) {
  auto found = images_.find(picture.get());
  if (found == images_.end()) {
    SceneImage image{next_image_id(), 1, coloured(*picture, look)};
    found = images_.emplace(picture.get(), std::make_pair(picture, std::move(image))).first;
  }
  return found->second.second;
}

void PictureImages::recolour(const PictureLook& look) {
  for (auto& [picture, entry] : images_) {
    entry.second.pixels = coloured(*picture, look);
    ++entry.second.revision;
  }
}

void PictureImages::keep_only(const std::vector<Lane>& lanes) {
  std::erase_if(images_, [&](const auto& entry) {
    return std::none_of(lanes.begin(), lanes.end(), [&](const Lane& lane) { return lane.picture.get() == entry.first; });
  });
}

}  // namespace luthier::ui
