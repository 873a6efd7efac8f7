#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/session/figure/raster.h"

namespace luthier {

enum class Align { left, centre, right };

/// What a figure is drawn on, in pixels from the top left; the same drawing makes a PNG, an SVG and a PDF.
class Canvas {
 public:
  virtual ~Canvas() = default;
  virtual void fill(double x, double y, double width, double height, Colour colour) = 0;
  /// One pixel wide, horizontal or vertical.
  virtual void line(double x1, double y1, double x2, double y2, Colour colour) = 0;
  /// Stretched over the rectangle; no smoothing between its values where it grows.
  virtual void image(double x, double y, double width, double height, const Raster& picture) = 0;
  /// `y` is the base line; `size` the height of the letters' em in pixels. `upright`: read from bottom to top.
  virtual void text(double x, double y, const std::string& words, double size, Colour colour, Align align = Align::left, bool upright = false) = 0;
  /// Width of a text, pixels.
  virtual double width_of(const std::string& words, double size) const = 0;
};

/// A piece of a letter's outline: "move", "line" to the last point, or a cubic "curve" over all three.
struct OutlinePiece {
  enum class Kind { move, line, curve } kind = Kind::move;
  std::array<double, 6> xy{};  ///< x, y of one or three points, pixels, y downwards
};

/// Letters from a TrueType file, drawn by FreeType. Not shared between threads.
class Typeface {
 public:
  /// Throws SessionError when the file is missing or no font.
  explicit Typeface(const std::filesystem::path& file);
  ~Typeface();
  Typeface(const Typeface&) = delete;
  Typeface& operator=(const Typeface&) = delete;
  double width_of(const std::string& utf8, double size) const;
  void draw(Raster& raster, double x, double y, const std::string& utf8, double size, Colour colour, bool upright) const;
  /// The letters' outlines from (0, 0) at the left of the base line; to be filled by the non-zero rule.
  std::vector<OutlinePiece> outline(const std::string& utf8, double size) const;

 private:
  struct Face;
  std::unique_ptr<Face> face_;
};

/// Draws into a Raster with the shipped font.
class RasterCanvas : public Canvas {
 public:
  RasterCanvas(int width, int height, Colour background);
  const Raster& raster() const { return raster_; }
  void fill(double x, double y, double width, double height, Colour colour) override;
  void line(double x1, double y1, double x2, double y2, Colour colour) override;
  void image(double x, double y, double width, double height, const Raster& picture) override;
  void text(double x, double y, const std::string& words, double size, Colour colour, Align align, bool upright) override;
  double width_of(const std::string& words, double size) const override { return typeface_.width_of(words, size); }

 private:
  Raster raster_;
  Typeface typeface_;
};

/// Writes SVG 1.1 with real text and pictures as embedded PNG.
class SvgCanvas : public Canvas {
 public:
  SvgCanvas(int width, int height, Colour background);
  /// The document; `record` goes into <metadata>.
  std::string document(const std::string& record) const;
  void fill(double x, double y, double width, double height, Colour colour) override;
  void line(double x1, double y1, double x2, double y2, Colour colour) override;
  void image(double x, double y, double width, double height, const Raster& picture) override;
  void text(double x, double y, const std::string& words, double size, Colour colour, Align align, bool upright) override;
  double width_of(const std::string& words, double size) const override { return typeface_.width_of(words, size); }

 private:
  int width_, height_;
  std::string body_;
  Typeface typeface_;
};

}  // namespace luthier
