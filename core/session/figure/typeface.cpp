#include <ft2build.h>
#include FT_FREETYPE_H

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
