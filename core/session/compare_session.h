#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "audio/audio_buffer.h"

namespace luthier {

struct ComparedSound {
  std::string title;          ///< "content", "style", "result" …
  audio::AudioBuffer sound;
};

struct ComparisonRequest {
  std::vector<ComparedSound> sounds;              ///< shown from top to bottom on one time axis
  std::map<std::string, std::string> record;      ///< written to record.json and into every file
  std::filesystem::path folder;                   ///< made; an existing comparison in it is not overwritten (ConfigError)
  std::string audio_format = "wav";               ///< "wav" or "flac"
  std::string colours = "magma";
};

struct ComparisonFiles {
  std::filesystem::path png, svg, record;
  std::vector<std::filesystem::path> sounds;
};

/// Writes comparison.png, comparison.svg (mel spectrograms with axes, ticks, dB bar), each sound, metrics between the first
/// sound and the others, and record.json. Throws ConfigError or audio::AudioError; nothing half-written is left.
ComparisonFiles write_comparison(const ComparisonRequest& request);

}  // namespace luthier
