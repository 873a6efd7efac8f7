#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "audio/analysis/spectrogram_image.h"
#include "core/session/figure/colour_map.h"

namespace luthier {

/// A picture in memory: RGBA, 8 bits each, rows from top to bottom. Drawing outside is cut off. A plain value.
class Raster {
 public:
  Raster(int width, int height, Colour background = {255, 255, 255, 255});
  int width() const { return width_; }
  int height() const { return height_; }
  Colour at(int x, int y) const { return pixels_[index(x, y)]; }
  const std::vector<Colour>& pixels() const { return pixels_; }
  /// Blends by the colour's alpha times `cover` (0..255).
  void blend(int x, int y, Colour colour, int cover = 255);
  void fill(int x, int y, int width, int height, Colour colour);

 private:
  std::size_t index(int x, int y) const { return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x); }
  int width_, height_;
  std::vector<Colour> pixels_;
};

/// PNG file in memory (libpng), with text fields such as {"Luthier", "{…}"} as iTXt. Throws SessionError.
std::string encode_png(const Raster& raster, const std::map<std::string, std::string>& texts = {});
/// Written to a temporary name, then renamed. Throws SessionError.
void write_png(const std::filesystem::path& path, const Raster& raster, const std::map<std::string, std::string>& texts = {});

/// The rows without their alpha as one zlib stream, each row led by the number of PNG's filter: what a PDF picture holds under
/// /FlateDecode with /Predictor 15.
std::string deflated_rows(const Raster& raster);

/// Any PNG as 8-bit grey. Throws SessionError: no PNG, damaged, or more than 100 million pixels.
audio::GreyImage read_grey_png(const std::filesystem::path& path);

/// A spectrogram as a bare picture: `decibels` [bin * frames + frame], lowest bin at the bottom, from `top` - `range` dB to
/// `top` dB. Each value covers scale_x by scale_y pixels.
Raster spectrogram_raster(const std::vector<float>& decibels, int bins, int frames, double top, double range, const std::string& colours,
                          int scale_x = 1, int scale_y = 1);

}  // namespace luthier
