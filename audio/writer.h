#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "audio/audio_buffer.h"

namespace luthier::audio {

enum class FileFormat { wav16, wav24, wav_float, flac, ogg, opus, mp3 };

/// Text fields to embed, in the names of read_metadata; `comment` is the place for the record that made the
/// file.
using Metadata = std::map<std::string, std::string>;

/// "wav16", "flac" … -> format. Throws AudioError naming the known ones.
FileFormat file_format(std::string_view name);
/// By the file's extension (.wav gives wav16, .flac 24-bit FLAC …). Throws AudioError naming the known ones.
FileFormat file_format_for(const std::filesystem::path& path);
/// "wav" for the three WAV formats, else the format's own name.
std::string_view file_extension(FileFormat format);

/// Writes to a temporary name next to `path`, syncs it, then renames: `path` is either the whole new file or
/// as before. Samples outside [-1, 1] are clipped, except in wav_float. Opus is resampled to 48 kHz. MP3
/// takes mono or stereo at an MPEG rate, others are resampled to 44.1 kHz. Throws AudioError (empty buffer,
/// NaN, full disk, read-only folder, unknown metadata field); then nothing is left behind.
void write_audio(const std::filesystem::path& path, const AudioBuffer& buffer, FileFormat format,
                 const Metadata& metadata = {});
/// The same with the format that the extension names.
void write_audio(const std::filesystem::path& path, const AudioBuffer& buffer, const Metadata& metadata = {});

}  // namespace luthier::audio
