#include "core/session/npy_file.h"

#include <charconv>
#include <cstring>
#include <string>

#include "core/session/text_file.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

constexpr std::string_view kMagic{"\x93NUMPY\x01\x00", 8};

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw SessionError("'" + path.string() + "' cannot be used: " + why + "; it must be a .npy of two axes [bin, frame] with float32 or float64 numbers");
}

/// The text after 'key': in the header's dictionary; empty when it is not there.
std::string entry(const std::string& header, const std::string& key) {
  const auto at = header.find("'" + key + "'");
  if (at == std::string::npos) return {};
  const auto colon = header.find(':', at);
  if (colon == std::string::npos) return {};
  const auto start = header.find_first_not_of(' ', colon + 1);
  if (start == std::string::npos) return {};
  const char close = header[start] == '(' ? ')' : header[start] == '\'' ? '\'' : ',';
  const auto end = header.find(close, start + 1);
  return end == std::string::npos ? std::string() : header.substr(start, end - start + (close == ',' ? 0 : 1));
}

/// "(128, 130)" -> {128, 130}
bool read_shape(const std::string& text, std::int64_t& rows, std::int64_t& columns) {
  const char *at = text.data(), *end = text.data() + text.size();
  std::int64_t* sizes[] = {&rows, &columns};
  for (auto* size : sizes) {
    while (at < end && !(*at >= '0' && *at <= '9')) ++at;
    const auto result = std::from_chars(at, end, *size);
    if (result.ec != std::errc()) return false;
    at = result.ptr;
  }
  while (at < end && !(*at >= '0' && *at <= '9')) ++at;
  return at == end;  // no third axis
}

template <class T>
void copy_values(const char* data, bool by_columns, audio::Spectrogram& out) {
  for (int row = 0; row < out.bands; ++row)
    for (int column = 0; column < out.frames; ++column) {
      const auto index = by_columns ? static_cast<std::size_t>(column) * static_cast<std::size_t>(out.bands) + static_cast<std::size_t>(row)
                                    : static_cast<std::size_t>(row) * static_cast<std::size_t>(out.frames) + static_cast<std::size_t>(column);
      T value;
      std::memcpy(&value, data + index * sizeof(T), sizeof(T));
      out.at(row, column) = static_cast<float>(value);
    }
}

}  // namespace

void write_npy(const std::filesystem::path& path, const audio::Spectrogram& values) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(values.bands) + ", " + std::to_string(values.frames) + "), }";
  header.append(63 - (kMagic.size() + 2 + header.size()) % 64, ' ');
  header += '\n';
  std::string out(kMagic);
  out += static_cast<char>(header.size() & 0xFF);
  out += static_cast<char>(header.size() >> 8);
  out += header;
  out.append(reinterpret_cast<const char*>(values.values.data()), values.values.size() * sizeof(float));
  write_text(path, out);
}

audio::Spectrogram read_npy(const std::filesystem::path& path) {
  const std::string file = read_text(path);
  if (file.size() < 10 || file.compare(0, 6, kMagic.substr(0, 6)) != 0) refuse(path, "it is no .npy file");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(file[i])); };
  const bool wide = byte(6) >= 2;
  if (wide && file.size() < 12) refuse(path, "it is cut short");
  const std::size_t length = wide ? byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24 : byte(8) | byte(9) << 8;
  const std::size_t start = wide ? 12 : 10;
  if (length > file.size() - start) refuse(path, "it is cut short");
  const std::string header = file.substr(start, length);
  const std::string kind = entry(header, "descr");
  if (kind != "'<f4'" && kind != "'<f8'") refuse(path, "its numbers are of the kind " + (kind.empty() ? "unknown" : kind));
  std::int64_t rows = 0, columns = 0;
  if (!read_shape(entry(header, "shape"), rows, columns)) refuse(path, "its shape is " + entry(header, "shape"));
  const std::size_t each = kind == "'<f4'" ? 4 : 8;
  const auto room = static_cast<std::int64_t>((file.size() - start - length) / each);
  if (rows < 1 || columns < 1 || rows > 1 << 20 || columns > room / rows) refuse(path, "it is cut short or empty");
  audio::Spectrogram out(static_cast<int>(rows), static_cast<int>(columns));
  const bool by_columns = entry(header, "fortran_order").starts_with("True");
  if (each == 4) copy_values<float>(file.data() + start + length, by_columns, out);
  else copy_values<double>(file.data() + start + length, by_columns, out);
  return out;
}

}  // namespace luthier
