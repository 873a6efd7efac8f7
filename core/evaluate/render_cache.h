#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "audio/audio_buffer.h"
#include "core/run/progress.h"

namespace luthier {

/// What is played: a phrase by a General MIDI program of a soundfont.
struct RenderKey {
  std::filesystem::path font;
  int program = 0;
  std::uint64_t seed = 0;
  bool operator<(const RenderKey& other) const {
    return std::tie(font, program, seed) < std::tie(other.font, other.program, other.seed);
  }
};

/// Renders of the protocol on disk: 8 s, mono, 16 kHz (or another rate), 16-bit WAV, rendered at 48 kHz without reverb and
/// chorus, gain .6. A file's name holds the hash of the soundfont's bytes, program, phrase seed and render settings, so a
/// changed font is rendered anew. Thread-safe.
class RenderCache {
 public:
  explicit RenderCache(std::filesystem::path folder, int sample_rate = 16000);
  /// Renders what is missing with `threads` renderers. Throws audio::AudioError (font missing or broken, disk full),
  /// Cancelled when stopped.
  void prepare(const std::vector<RenderKey>& wanted, int threads, const ProgressSink& progress, std::stop_token stop);
  /// Reads one clip; renders it first when it is not there or is damaged.
  audio::AudioBuffer clip(const RenderKey& key);
  std::filesystem::path path(const RenderKey& key);
  /// First 16 hex digits of the SHA-256 of the font file.
  std::string font_hash(const std::filesystem::path& font);
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  int sample_rate_;
  std::mutex mutex_;
  std::map<std::filesystem::path, std::string> hashes_;
};

}  // namespace luthier
