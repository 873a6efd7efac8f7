#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "audio/audio_buffer.h"

namespace luthier {

/// SHA-256, piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::span<const std::byte> bytes);
  /// 64 lower-case hex digits; the object is spent.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Of a file's bytes, read in pieces. Throws SessionError when it cannot be read or when stopped.
std::string sha256_of_file(const std::filesystem::path& file, const std::stop_token& stop = {});
std::string sha256_of_text(const std::string& text);
/// Of a clip's sound: sample rate, channel count, `pad` zeros and the samples of `frames` from `start`, channel by channel as
/// little-endian float. Equal for the same samples whatever file they lie in (WAV or FLAC).
std::string sha256_of_clip(const audio::AudioBuffer& sound, std::size_t start, std::size_t frames, std::int64_t pad);

}  // namespace luthier
