#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include <cmath>

#include "core/session/figure/canvas.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

/// Next code point of UTF-8 text; damaged bytes become the replacement character.
char32_t next_letter(const std::string& text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : -1;
  if (more < 0) return 0xFFFD;
  char32_t letter = first & (0x3Fu >> more);
  for (int i = 0; i < more; ++i) {
    if ((byte(at) & 0xC0) != 0x80) return 0xFFFD;
    letter = letter << 6 | (byte(at++) & 0x3Fu);
  }
  return letter;
}

/// Collects what FT_Outline_Decompose tells; coordinates of a letter are 26.6 fixed point, y upwards.
struct Pen {
  std::vector<OutlinePiece> pieces;
  double x = 0;                     ///< where the letter begins
  double at_x = 0, at_y = 0;        ///< the last point
  void take(OutlinePiece::Kind kind, std::array<double, 6> xy, double end_x, double end_y) {
    pieces.push_back({kind, xy});
    at_x = end_x, at_y = end_y;
  }
  double px(const FT_Vector* v) const { return x + static_cast<double>(v->x) / 64; }
  static double py(const FT_Vector* v) { return -static_cast<double>(v->y) / 64; }
};

int pen_move(const FT_Vector* to, void* user) {
  auto& pen = *static_cast<Pen*>(user);
  pen.take(OutlinePiece::Kind::move, {pen.px(to), Pen::py(to)}, pen.px(to), Pen::py(to));
  return 0;
}

int pen_line(const FT_Vector* to, void* user) {
  auto& pen = *static_cast<Pen*>(user);
  pen.take(OutlinePiece::Kind::line, {pen.px(to), Pen::py(to)}, pen.px(to), Pen::py(to));
  return 0;
}

int pen_conic(const FT_Vector* control, const FT_Vector* to, void* user) {  // a quadratic curve as a cubic one
  auto& pen = *static_cast<Pen*>(user);
  const double cx = pen.px(control), cy = Pen::py(control), x = pen.px(to), y = Pen::py(to);
  pen.take(OutlinePiece::Kind::curve,
           {pen.at_x + (cx - pen.at_x) * 2 / 3, pen.at_y + (cy - pen.at_y) * 2 / 3, x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3, x, y}, x, y);
  return 0;
}

int pen_cubic(const FT_Vector* first, const FT_Vector* second, const FT_Vector* to, void* user) {
  auto& pen = *static_cast<Pen*>(user);
  pen.take(OutlinePiece::Kind::curve, {pen.px(first), Pen::py(first), pen.px(second), Pen::py(second), pen.px(to), Pen::py(to)}, pen.px(to), Pen::py(to));
  return 0;
}

}  // namespace

struct Typeface::Face {
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  ~Face() {
    if (face) FT_Done_Face(face);
    if (library) FT_Done_FreeType(library);
  }
};

Typeface::Typeface(const std::filesystem::path& file) : face_(std::make_unique<Face>()) {
  if (FT_Init_FreeType(&face_->library) != 0 || FT_New_Face(face_->library, file.c_str(), 0, &face_->face) != 0)
    throw SessionError("the font '" + file.string() + "' cannot be read; install Luthier again");
}

Typeface::~Typeface() = default;

double Typeface::width_of(const std::string& utf8, double size) const {
  FT_Set_Char_Size(face_->face, 0, static_cast<FT_F26Dot6>(size * 64), 72, 72);
  double width = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    if (FT_Load_Char(face_->face, next_letter(utf8, at), FT_LOAD_NO_HINTING) != 0) continue;
    width += static_cast<double>(face_->face->glyph->advance.x) / 64.0;
  }
  return width;
}

std::vector<OutlinePiece> Typeface::outline(const std::string& utf8, double size) const {
  FT_Set_Char_Size(face_->face, 0, static_cast<FT_F26Dot6>(size * 64), 72, 72);
  FT_Outline_Funcs calls{};
  calls.move_to = pen_move, calls.line_to = pen_line, calls.conic_to = pen_conic, calls.cubic_to = pen_cubic;
  Pen pen;
  for (std::size_t at = 0; at < utf8.size();) {
    if (FT_Load_Char(face_->face, next_letter(utf8, at), FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0) continue;
    FT_Outline_Decompose(&face_->face->glyph->outline, &calls, &pen);
    pen.x += static_cast<double>(face_->face->glyph->advance.x) / 64.0;
  }
  return pen.pieces;
}

void Typeface::draw(Raster& raster, double x, double y, const std::string& utf8, double size, Colour colour, bool upright) const {
  FT_Set_Char_Size(face_->face, 0, static_cast<FT_F26Dot6>(size * 64), 72, 72);
  FT_Matrix turned{0, -0x10000, 0x10000, 0};
  FT_Set_Transform(face_->face, upright ? &turned : nullptr, nullptr);
  for (std::size_t at = 0; at < utf8.size();) {
    if (FT_Load_Char(face_->face, next_letter(utf8, at), FT_LOAD_RENDER | FT_LOAD_NO_HINTING) != 0) continue;
    const FT_GlyphSlot glyph = face_->face->glyph;
    const int left = static_cast<int>(std::lround(x)) + glyph->bitmap_left, top = static_cast<int>(std::lround(y)) - glyph->bitmap_top;
    for (int row = 0; row < static_cast<int>(glyph->bitmap.rows); ++row)
      for (int column = 0; column < static_cast<int>(glyph->bitmap.width); ++column)
        raster.blend(left + column, top + row, colour, glyph->bitmap.buffer[row * glyph->bitmap.pitch + column]);
    x += static_cast<double>(glyph->advance.x) / 64.0;
    y -= static_cast<double>(glyph->advance.y) / 64.0;
  }
  FT_Set_Transform(face_->face, nullptr, nullptr);
}

}  // namespace luthier
