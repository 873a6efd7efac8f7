#include "core/session/figure/canvas.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/session/assets.h"
#include "core/session/figure/embedding.h"

namespace luthier {
namespace {

std::filesystem::path shipped_font() { return find_asset("fonts/DejaVuSans.ttf"); }
int whole(double value) { return static_cast<int>(std::lround(value)); }

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  std::string out = text;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out;
}

std::string hex(Colour colour) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", colour.r, colour.g, colour.b);
  return text;
}

double shift(Align align, double width) { return align == Align::left ? 0 : align == Align::centre ? width / 2 : width; }

}  // namespace

RasterCanvas::RasterCanvas(int width, int height, Colour background) : raster_(width, height, background), typeface_(shipped_font()) {}

void RasterCanvas::fill(double x, double y, double width, double height, Colour colour) {
  raster_.fill(whole(x), whole(y), whole(x + width) - whole(x), whole(y + height) - whole(y), colour);
}

void RasterCanvas::line(double x1, double y1, double x2, double y2, Colour colour) {
  const int left = whole(std::min(x1, x2)), top = whole(std::min(y1, y2));
  raster_.fill(left, top, whole(std::max(x1, x2)) - left + 1, whole(std::max(y1, y2)) - top + 1, colour);
}

// Where the picture shrinks the loudest value of those that meet in a pixel would be right for sound, but a picture knows
// only colours: the mean is taken.
void RasterCanvas::image(double x, double y, double width, double height, const Raster& picture) {
  const int left = whole(x), top = whole(y), columns = whole(x + width) - left, rows = whole(y + height) - top;
  const auto range = [](int i, int count, int size) {
    const int begin = static_cast<int>(std::int64_t{i} * size / count);
    return std::pair{begin, std::max(begin + 1, static_cast<int>(std::int64_t{i + 1} * size / count))};
  };
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      const auto [y1, y2] = range(row, rows, picture.height());
      const auto [x1, x2] = range(column, columns, picture.width());
      int r = 0, g = 0, b = 0, n = 0;
      for (int py = y1; py < y2; ++py)
        for (int px = x1; px < x2; ++px) {
          const Colour c = picture.at(px, py);
          r += c.r, g += c.g, b += c.b, ++n;
        }
      raster_.blend(left + column, top + row, {static_cast<std::uint8_t>(r / n), static_cast<std::uint8_t>(g / n), static_cast<std::uint8_t>(b / n), 255});
    }
}

void RasterCanvas::text(double x, double y, const std::string& words, double size, Colour colour, Align align, bool upright) {
  const double back = shift(align, typeface_.width_of(words, size));
  typeface_.draw(raster_, upright ? x : x - back, upright ? y + back : y, words, size, colour, upright);
}

SvgCanvas::SvgCanvas(int width, int height, Colour background) : width_(width), height_(height), typeface_(shipped_font()) {
  fill(0, 0, width, height, background);
}

std::string SvgCanvas::document(const std::string& record) const {
  const std::string size = std::to_string(width_) + "\" height=\"" + std::to_string(height_);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"" +
         size + "\" viewBox=\"0 0 " + std::to_string(width_) + " " + std::to_string(height_) + "\" font-family=\"DejaVu Sans, sans-serif\">\n<metadata>" +
         escaped_xml(record) + "</metadata>\n" + body_ + "</svg>\n";
}

void SvgCanvas::fill(double x, double y, double width, double height, Colour colour) {
  body_ += "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) + "\" height=\"" + number(height) + "\" fill=\"" + hex(colour) + "\"/>\n";
}

void SvgCanvas::line(double x1, double y1, double x2, double y2, Colour colour) {
  body_ += "<line x1=\"" + number(x1 + 0.5) + "\" y1=\"" + number(y1 + 0.5) + "\" x2=\"" + number(x2 + 0.5) + "\" y2=\"" + number(y2 + 0.5) + "\" stroke=\"" + hex(colour) + "\"/>\n";
}

void SvgCanvas::image(double x, double y, double width, double height, const Raster& picture) {
  body_ += "<image x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) + "\" height=\"" + number(height) +
           "\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64," + base64(encode_png(picture)) + "\"/>\n";
}

void SvgCanvas::text(double x, double y, const std::string& words, double size, Colour colour, Align align, bool upright) {
  const char* anchor = align == Align::left ? "start" : align == Align::centre ? "middle" : "end";
  const std::string turn = upright ? " transform=\"rotate(-90 " + number(x) + " " + number(y) + ")\"" : "";
  body_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" font-size=\"" + number(size) + "\" text-anchor=\"" + anchor + "\" fill=\"" + hex(colour) + "\"" +
           turn + ">" + escaped_xml(words) + "</text>\n";
}

}  // namespace luthier
