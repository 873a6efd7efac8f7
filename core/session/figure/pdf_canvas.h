#pragma once
#include <string>
#include <vector>

#include "core/session/figure/canvas.h"

namespace luthier {

/// Writes a PDF 1.4 page of the figure's size (a pixel is 0.75 pt): letters as outlines of the shipped font, so that the page
/// looks alike everywhere; pictures at their own resolution.
class PdfCanvas : public Canvas {
 public:
  PdfCanvas(int width, int height, Colour background);
  /// The file; `title` and `record` go into the document information (the record as its Subject).
  std::string document(const std::string& title, const std::string& record) const;
  void fill(double x, double y, double width, double height, Colour colour) override;
  void line(double x1, double y1, double x2, double y2, Colour colour) override;
  void image(double x, double y, double width, double height, const Raster& picture) override;
  void text(double x, double y, const std::string& words, double size, Colour colour, Align align, bool upright) override;
  double width_of(const std::string& words, double size) const override { return typeface_.width_of(words, size); }

 private:
  int width_, height_;
  std::string drawing_;
  std::vector<std::string> pictures_;  ///< whole image objects, without number
  Typeface typeface_;
};

}  // namespace luthier
