#include "core/session/figure/raster.h"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <csetjmp>

#include "core/session/text_file.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

void append(png_structp png, png_bytep data, png_size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(data), size);
}
void flush(png_structp) {}
// libpng must not be returned to after an error; its C frames hold nothing that needs unwinding.
[[noreturn]] void fail(png_structp png, png_const_charp) { png_longjmp(png, 1); }
void ignore(png_structp, png_const_charp) {}

/// libpng's writing state.
struct Writer {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, fail, ignore);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  ~Writer() { png_destroy_write_struct(&png, &info); }
};

std::vector<png_text> text_chunks(std::vector<std::pair<std::string, std::string>>& texts) {
  std::vector<png_text> chunks(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    chunks[i] = {};
    chunks[i].compression = PNG_ITXT_COMPRESSION_NONE;
    chunks[i].key = texts[i].first.data();
    chunks[i].text = texts[i].second.data();
    chunks[i].itxt_length = texts[i].second.size();
  }
  return chunks;
}

/// False when libpng gave up. Nothing in here may need a destructor.
bool write_rows(const Writer& writer, const Raster& raster, std::vector<png_text>& chunks, bool alpha) {
  if (setjmp(png_jmpbuf(writer.png))) return false;
  png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(raster.width()), static_cast<png_uint_32>(raster.height()), 8,
               alpha ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!chunks.empty()) png_set_text(writer.png, writer.info, chunks.data(), static_cast<int>(chunks.size()));
  png_write_info(writer.png, writer.info);
  if (!alpha) png_set_filler(writer.png, 0, PNG_FILLER_AFTER);
  const auto* row = reinterpret_cast<const png_byte*>(raster.pixels().data());
  for (int y = 0; y < raster.height(); ++y, row += static_cast<std::ptrdiff_t>(raster.width()) * 4) png_write_row(writer.png, row);
  png_write_end(writer.png, writer.info);
  return true;
}

/// Throws SessionError.
std::string encoded(const Raster& raster, const std::map<std::string, std::string>& texts, bool alpha) {
  std::string out;
  std::vector<std::pair<std::string, std::string>> kept(texts.begin(), texts.end());
  auto chunks = text_chunks(kept);
  const Writer writer;
  if (!writer.png || !writer.info) throw SessionError("there is not enough memory for a picture; close other programs");
  png_set_write_fn(writer.png, &out, append, flush);
  if (!write_rows(writer, raster, chunks, alpha)) throw SessionError("a picture of " + std::to_string(raster.width()) + " by " + std::to_string(raster.height()) + " pixels cannot be written");
  return out;
}

}  // namespace

static_assert(sizeof(Colour) == 4);

Raster::Raster(int width, int height, Colour background)
    : width_(width), height_(height), pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), background) {}

void Raster::blend(int x, int y, Colour colour, int cover) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  Colour& pixel = pixels_[index(x, y)];
  const int alpha = colour.a * cover / 255;
  const auto mix = [alpha](int old, int fresh) { return static_cast<std::uint8_t>((old * (255 - alpha) + fresh * alpha + 127) / 255); };
  pixel = {mix(pixel.r, colour.r), mix(pixel.g, colour.g), mix(pixel.b, colour.b), static_cast<std::uint8_t>(std::max<int>(pixel.a, alpha))};
}

void Raster::fill(int x, int y, int width, int height, Colour colour) {
  for (int row = std::max(0, y); row < std::min(height_, y + height); ++row)
    for (int column = std::max(0, x); column < std::min(width_, x + width); ++column) blend(column, row, colour);
}

std::string encode_png(const Raster& raster, const std::map<std::string, std::string>& texts) { return encoded(raster, texts, true); }

std::string deflated_rows(const Raster& raster) {
  const std::string png = encoded(raster, {}, false);
  std::string out;
  for (std::size_t at = 8; at + 12 <= png.size();) {  // signature, then chunks: length, name, data, checksum
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(png[at + i]);
    if (png.compare(at + 4, 4, "IDAT") == 0) out.append(png, at + 8, size);
    at += size + 12;
  }
  return out;
}

void write_png(const std::filesystem::path& path, const Raster& raster, const std::map<std::string, std::string>& texts) {
  write_text(path, encode_png(raster, texts));
}

audio::GreyImage read_grey_png(const std::filesystem::path& path) {
  const std::string file = read_text(path);
  png_image head{};
  head.version = PNG_IMAGE_VERSION;
  const auto refuse = [&](const std::string& why) {
    png_image_free(&head);
    throw SessionError("the picture '" + path.string() + "' cannot be read (" + why + "); give an undamaged PNG");
  };
  if (!png_image_begin_read_from_memory(&head, file.data(), file.size())) refuse(head.message);
  if (std::uint64_t{head.width} * head.height > 100'000'000) refuse("it is too large");
  head.format = PNG_FORMAT_GRAY;
  audio::GreyImage image{static_cast<int>(head.width), static_cast<int>(head.height), std::vector<std::uint8_t>(std::size_t{head.width} * head.height)};
  if (!png_image_finish_read(&head, nullptr, image.pixels.data(), 0, nullptr)) refuse(head.message);
  return image;
}

Raster spectrogram_raster(const std::vector<float>& decibels, int bins, int frames, double top, double range, const std::string& colours,
                          int scale_x, int scale_y) {
  const ColourTable& table = colour_map(colours);
  Raster out(frames * scale_x, bins * scale_y);
  for (int bin = 0; bin < bins; ++bin)
    for (int frame = 0; frame < frames; ++frame) {
      const double value = decibels[static_cast<std::size_t>(bin) * static_cast<std::size_t>(frames) + static_cast<std::size_t>(frame)];
      const double part = std::isfinite(value) ? std::clamp((value - top) / range + 1.0, 0.0, 1.0) : 0.0;
      out.fill(frame * scale_x, (bins - 1 - bin) * scale_y, scale_x, scale_y, table[static_cast<std::size_t>(part * 255.0 + 0.5)]);
    }
  return out;
}

}  // namespace luthier
