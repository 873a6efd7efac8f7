#include "core/session/figure/pdf_canvas.h"

#include <cstdio>
#include <initializer_list>

#include "core/session/assets.h"
#include "core/session/version.h"

namespace luthier {
namespace {

constexpr double kPointsPerPixel = 0.75;

/// Numbers of a drawing, each followed by a blank.
std::string numbers(std::initializer_list<double> values) {
  std::string out;
  for (const double value : values) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    std::string one = text;
    one.erase(one.find_last_not_of('0') + 1);
    if (one.back() == '.') one.pop_back();
    out += one + ' ';
  }
  return out;
}

std::string paint(Colour c) { return numbers({c.r / 255.0, c.g / 255.0, c.b / 255.0}); }

std::string stream(const std::string& dictionary, const std::string& bytes) {
  return "<<" + dictionary + " /Length " + std::to_string(bytes.size()) + ">>\nstream\n" + bytes + "\nendstream";
}

/// Any text as a PDF string: UTF-16, big-endian, in hexadecimal digits.
std::string pdf_text(const std::string& utf8) {
  std::string out = "<FEFF";
  const auto unit = [&out](unsigned value) {
    char text[8];
    std::snprintf(text, sizeof text, "%04X", value & 0xffffu);
    out += text;
  };
  for (std::size_t i = 0; i < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    unsigned letter = more ? first & (0x3Fu >> more) : first < 0x80 ? first : 0xFFFDu;
    for (std::size_t k = 1; k <= more; ++k) letter = letter << 6 | (i + k < utf8.size() ? static_cast<unsigned char>(utf8[i + k]) & 0x3Fu : 0u);
    i += more + 1;
    if (letter < 0x10000) unit(letter);
    else unit(0xD800 + ((letter - 0x10000) >> 10)), unit(0xDC00 + ((letter - 0x10000) & 0x3FFu));
  }
  return out + ">";
}

}  // namespace

PdfCanvas::PdfCanvas(int width, int height, Colour background) : width_(width), height_(height), typeface_(find_asset("fonts/DejaVuSans.ttf")) {
  // From here on as on the other canvases: pixels, y downwards.
  drawing_ = numbers({kPointsPerPixel, 0, 0, -kPointsPerPixel, 0, height * kPointsPerPixel}) + "cm\n";
  fill(0, 0, width, height, background);
}

std::string PdfCanvas::document(const std::string& title, const std::string& record) const {
  std::string resources;
  for (std::size_t i = 0; i < pictures_.size(); ++i) resources += " /P" + std::to_string(i) + " " + std::to_string(6 + i) + " 0 R";
  std::vector<std::string> objects{
      "<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>",
      "<</Type /Page /Parent 2 0 R /MediaBox [0 0 " + numbers({width_ * kPointsPerPixel, height_ * kPointsPerPixel}) + "] /Contents 4 0 R /Resources <</XObject <<" +
          resources + ">>>>>>",
      stream("", drawing_),
      "<</Title " + pdf_text(title) + " /Producer " + pdf_text(version_text()) + " /Subject " + pdf_text(record) + ">>"};
  objects.insert(objects.end(), pictures_.begin(), pictures_.end());
  std::string out = "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n", table;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    char entry[32];
    std::snprintf(entry, sizeof entry, "%010zu 00000 n \n", out.size());
    table += entry;
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string count = std::to_string(objects.size() + 1), start = std::to_string(out.size());
  return out + "xref\n0 " + count + "\n0000000000 65535 f \n" + table + "trailer\n<</Size " + count + " /Root 1 0 R /Info 5 0 R>>\nstartxref\n" + start + "\n%%EOF\n";
}

void PdfCanvas::fill(double x, double y, double width, double height, Colour colour) {
  drawing_ += paint(colour) + "rg " + numbers({x, y, width, height}) + "re f\n";
}

void PdfCanvas::line(double x1, double y1, double x2, double y2, Colour colour) {
  drawing_ += paint(colour) + "RG 1 w " + numbers({x1 + 0.5, y1 + 0.5}) + "m " + numbers({x2 + 0.5, y2 + 0.5}) + "l S\n";
}

void PdfCanvas::image(double x, double y, double width, double height, const Raster& picture) {
  drawing_ += "q " + numbers({width, 0, 0, -height, x, y + height}) + "cm /P" + std::to_string(pictures_.size()) + " Do Q\n";
  const std::string columns = std::to_string(picture.width());
  pictures_.push_back(stream("/Type /XObject /Subtype /Image /Width " + columns + " /Height " + std::to_string(picture.height()) +
                                 " /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode /DecodeParms <</Predictor 15 /Colors 3 /Columns " + columns + ">>",
                             deflated_rows(picture)));
}

void PdfCanvas::text(double x, double y, const std::string& words, double size, Colour colour, Align align, bool upright) {
  const double width = typeface_.width_of(words, size), back = align == Align::left ? 0 : align == Align::centre ? width / 2 : width;
  drawing_ += "q " + paint(colour) + "rg " + (upright ? numbers({0, -1, 1, 0, x, y + back}) : numbers({1, 0, 0, 1, x - back, y})) + "cm\n";
  for (const OutlinePiece& piece : typeface_.outline(words, size)) {
    const auto& p = piece.xy;
    if (piece.kind == OutlinePiece::Kind::curve) drawing_ += numbers({p[0], p[1], p[2], p[3], p[4], p[5]}) + "c\n";
    else drawing_ += numbers({p[0], p[1]}) + (piece.kind == OutlinePiece::Kind::move ? "m\n" : "l\n");
  }
  drawing_ += "f Q\n";
}

}  // namespace luthier
