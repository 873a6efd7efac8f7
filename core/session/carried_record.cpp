#include "core/session/carried_record.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "audio/reader.h"
#include "core/config/schema.h"
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

void unescape(std::string& text) {
  const std::pair<std::string_view, char> entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&amp;", '&'}};
  for (const auto& [name, letter] : entities)
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) text.replace(at, name.size(), 1, letter);
}

std::string between(const std::string& file, std::string_view open, std::string_view close) {
  const auto begin = file.find(open);
  if (begin == std::string::npos) return {};
  const auto end = file.find(close, begin + open.size());
  return end == std::string::npos ? "" : file.substr(begin + open.size(), end - begin - open.size());
}

/// Figures have their record as metadata, pictures of the window as description.
std::string svg_record(const std::string& file) {
  std::string text = between(file, "<metadata>", "</metadata>");
  if (text.empty()) text = between(file, "<desc>", "</desc>");
  unescape(text);
  if (text.starts_with("{&quot;")) unescape(text);  // some versions of Qt escape a description once more
  return text;
}

/// The subject of a figure: UTF-16, big-endian, in hexadecimal digits.
std::string pdf_subject(const std::string& file) {
  const std::string digits = between(file, "/Subject <FEFF", ">");
  std::string text;
  unsigned high = 0;
  for (std::size_t i = 0; i + 4 <= digits.size(); i += 4) {
    unsigned letter = 0;
    if (std::from_chars(digits.data() + i, digits.data() + i + 4, letter, 16).ptr != digits.data() + i + 4) return {};
    if (letter >= 0xD800 && letter < 0xDC00) {
      high = letter;
      continue;
    }
    if (letter >= 0xDC00 && letter < 0xE000) letter = 0x10000 + ((high - 0xD800) << 10) + (letter - 0xDC00);
    if (letter < 0x80) text += static_cast<char>(letter);
    else if (letter < 0x800) text += {static_cast<char>(0xC0 | letter >> 6), static_cast<char>(0x80 | (letter & 0x3F))};
    else if (letter < 0x10000) text += {static_cast<char>(0xE0 | letter >> 12), static_cast<char>(0x80 | (letter >> 6 & 0x3F)), static_cast<char>(0x80 | (letter & 0x3F))};
    else text += {static_cast<char>(0xF0 | letter >> 18), static_cast<char>(0x80 | (letter >> 12 & 0x3F)), static_cast<char>(0x80 | (letter >> 6 & 0x3F)), static_cast<char>(0x80 | (letter & 0x3F))};
  }
  return text;
}

/// Tables have no place for a record; the one beside names its table.
std::string record_beside(const fs::path& table) {
  fs::path own = table;
  own.replace_extension(".json");
  for (const fs::path& file : {own, fs::path(table.string() + ".json"), table.parent_path() / "record.json"}) {
    std::error_code error;
    if (!fs::is_regular_file(file, error)) continue;
    std::string text = read_text(file);
    const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.contains("kind") && json.value("table", nlohmann::json()) == table.filename().string()) return text;
  }
  return {};
}

}  // namespace

std::string carried_record(const fs::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".json") return read_text(file);
  if (extension == ".csv") return record_beside(file);
  if (extension == ".png") return png_comment(read_text(file));
  if (extension == ".svg") return svg_record(read_text(file));
  if (extension == ".pdf") return pdf_subject(read_text(file));
  if (extension == ".html" || extension == ".htm") return between(read_text(file), "id=\"luthier-record\">", "</script>");
  if (extension == ".md") return between(read_text(file), "<!-- luthier-record ", " -->");
  const auto fields = audio::read_metadata(file);
  const auto comment = fields.find("comment");
  return comment == fields.end() ? "" : comment->second;
}

fs::path record_place(const fs::path& table) {
  fs::path beside = table;
  beside.replace_extension(".json");
  if (beside == table) throw ConfigError("A table is a .csv file; '" + table.filename().string() + "' is the name of its record.");
  std::error_code error;
  if (fs::exists(beside, error) && record_beside(table).empty())
    throw ConfigError("'" + beside.filename().string() + "', where the record of the table goes, is another file; choose another name.");
  return beside;
}

}  // namespace luthier
