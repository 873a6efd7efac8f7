#include "core/nn/weights/byte_reader.h"

#include <utility>

namespace luthier {

ByteReader::ByteReader(std::filesystem::path file) : file_(std::move(file)) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file_, error)) refuse("there is no such file.");
  stream_.open(file_, std::ios::binary);
  if (!stream_) refuse("it cannot be opened; check its permissions.");
  size_ = end_ = std::filesystem::file_size(file_, error);
  if (error) refuse("its size cannot be read.");
}

void ByteReader::refuse(const std::string& what) const {
  throw WeightFileError("The file '" + file_.string() + "' cannot be used as weights: " + what);
}

void ByteReader::window(std::uint64_t begin, std::uint64_t length) {
  if (begin > size_ || length > size_ - begin) refuse("it is cut short; fetch it again.");
  begin_ = begin;
  end_ = begin + length;
  seek(begin);
}

void ByteReader::seek(std::uint64_t position) {
  if (position < begin_ || position > end_) refuse("it is cut short; fetch it again.");
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(position));
  position_ = position;
}

void ByteReader::read(void* out, std::uint64_t length) {
  if (length > remaining()) refuse("it is cut short; fetch it again.");
  stream_.read(static_cast<char*>(out), static_cast<std::streamsize>(length));
  if (static_cast<std::uint64_t>(stream_.gcount()) != length) refuse("it cannot be read to its end.");
  position_ += length;
}

std::string ByteReader::text(std::uint64_t length) {
  if (length > remaining()) refuse("it is cut short; fetch it again.");  // before memory is asked for
  std::string out(static_cast<std::size_t>(length), '\0');
  read(out.data(), length);
  return out;
}

std::uint8_t ByteReader::u8() {
  std::uint8_t value = 0;
  read(&value, 1);
  return value;
}

std::uint16_t ByteReader::u16() {
  const auto low = u8();
  return static_cast<std::uint16_t>(low | (u8() << 8));
}

std::uint32_t ByteReader::u32() {
  const std::uint32_t low = u16();
  return low | (static_cast<std::uint32_t>(u16()) << 16);
}

std::uint64_t ByteReader::u64() {
  const std::uint64_t low = u32();
  return low | (static_cast<std::uint64_t>(u32()) << 32);
}

std::string ByteReader::line() {
  std::string out;
  for (char c = static_cast<char>(u8()); c != '\n'; c = static_cast<char>(u8())) {
    out += c;
    if (out.size() > 256) refuse("a name in it is too long.");
  }
  return out;
}

}  // namespace luthier
