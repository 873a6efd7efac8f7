#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>

#include "audio/audio_buffer.h"

namespace luthier::audio {

/// Longest recording that is read: 4 hours, and at most 2 GiB of decoded float samples.
inline constexpr double kMaxSeconds = 4 * 3600.0;
inline constexpr std::int64_t kMaxDecodedBytes = std::int64_t{2} << 30;

/// What a sound file says of itself. `frames` is a claim of the header until the file was read.
struct AudioInfo {
  std::int64_t frames = 0;  ///< samples per channel
  int sample_rate = 0;      ///< Hz
  int channels = 0;
  std::string format;  ///< for people: "WAV (Microsoft), Signed 16 bit PCM"
  double seconds() const { return sample_rate > 0 ? static_cast<double>(frames) / sample_rate : 0.0; }
};

/// Opens the file and reads its header only. Throws AudioError when it is missing, unreadable, empty or not
/// audio.
AudioInfo probe(const std::filesystem::path& path);

/// Decodes a whole WAV, FLAC, OGG, Opus, MP3 or AIFF file of any rate and channel count (libsndfile).
/// Throws AudioError, one sentence with cause and cure, when the file is missing, unreadable, not audio,
/// holds no sample, is cut short (more than 1 % of the samples its header promises are missing), holds NaN or
/// infinite samples, or is longer than kMaxSeconds or kMaxDecodedBytes. Memory grows with what is really
/// decoded, never with a header's claim. A stop request ends it with an AudioError.
AudioBuffer read_audio(const std::filesystem::path& path, const std::stop_token& stop = {});

/// Decodes `count` frames from `start_frame`; what lies beyond the end is left out, so the result may be
/// shorter. Throws as read_audio does, and when the range starts beyond the end.
AudioBuffer read_audio(const std::filesystem::path& path, std::int64_t start_frame, std::int64_t count);

/// Text fields of a file: any of title, copyright, software, artist, comment, date, album, license,
/// tracknumber, genre.
std::map<std::string, std::string> read_metadata(const std::filesystem::path& path);

/// True for names that end as a sound file does (.wav .flac .ogg .oga .opus .mp3 .aif .aiff .aifc .rf64 .w64
/// .au .caf).
bool has_audio_extension(const std::filesystem::path& path);

}  // namespace luthier::audio
