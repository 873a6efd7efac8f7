#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace luthier {

/// A public weight file that cannot be used. One sentence: which file, what is wrong, what to do.
class WeightFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads a file, or a part of it, from front to back. Every read is checked against the end before memory is asked for.
/// Numbers are little-endian. Throws WeightFileError. One thread.
class ByteReader {
 public:
  explicit ByteReader(std::filesystem::path file);
  const std::filesystem::path& file() const { return file_; }
  std::uint64_t size() const { return size_; }          ///< of the whole file
  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return end_ - position_; }
  /// Only [begin, begin + length) may be read from now on; the position is `begin`.
  void window(std::uint64_t begin, std::uint64_t length);
  void seek(std::uint64_t position);                    ///< inside the window
  void read(void* out, std::uint64_t length);
  std::string text(std::uint64_t length);
  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  std::string line();                                   ///< up to and without '\n', at most 256 bytes
  /// Throws "<file> cannot be used as weights: <what>".
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  std::filesystem::path file_;
  std::ifstream stream_;
  std::uint64_t size_ = 0, begin_ = 0, end_ = 0, position_ = 0;
};

}  // namespace luthier
