#include "core/session/carried_record.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "audio/reader.h"
#include "core/session/text_file.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  return value;
}

/// Text of an iTXt (uncompressed) or tEXt chunk with this keyword; empty: another one.
std::string_view chunk_text(std::string_view type, std::string_view body, std::string_view keyword) {
  const auto end = body.find('\0');
  if (end == std::string_view::npos || body.substr(0, end) != keyword) return {};
  body.remove_prefix(end + 1);
  if (type == "tEXt") return body;
  if (body.size() < 2 || body[0] != 0) return {};
  body.remove_prefix(2);
  for (int field = 0; field < 2; ++field) {  // language, translated keyword
    const auto stop = body.find('\0');
    if (stop == std::string_view::npos) return {};
    body.remove_prefix(stop + 1);
  }
  return body;
}

/// W3C PNG, 11.3: chunks of length, type, data and check sum follow the signature.
std::string png_comment(const std::string& file) {
  constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
  std::string_view rest = file;
  if (!rest.starts_with(kSignature)) return {};
  rest.remove_prefix(kSignature.size());
  while (rest.size() >= 12) {
    const std::size_t length = big_endian(rest);
    const auto type = rest.substr(4, 4);
    if (length > rest.size() - 12) return {};
    if (type == "iTXt" || type == "tEXt") {
      const auto text = chunk_text(type, rest.substr(8, length), "Comment");
      if (!text.empty()) return std::string(text);
    }
    rest.remove_prefix(length + 12);
  }
  return {};
}

std::string svg_metadata(const std::string& file) {
  constexpr std::string_view kOpen = "<metadata>", kClose = "</metadata>";
  const auto begin = file.find(kOpen);
  const auto end = file.find(kClose);
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  std::string text = file.substr(begin + kOpen.size(), end - begin - kOpen.size());
  const std::pair<std::string_view, char> entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&amp;", '&'}};
  for (const auto& [name, letter] : entities)
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) text.replace(at, name.size(), 1, letter);
  return text;
}

}  // namespace

std::string carried_record(const fs::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".json") return read_text(file);
  if (extension == ".png") return png_comment(read_text(file));
  if (extension == ".svg") return svg_metadata(read_text(file));
  const auto fields = audio::read_metadata(file);
  const auto comment = fields.find("comment");
  return comment == fields.end() ? "" : comment->second;
}

}  // namespace luthier
