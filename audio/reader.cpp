#include "audio/reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <system_error>

#include "audio/cut_short.h"
#include "audio/sound_file.h"

namespace luthier::audio {
namespace {

namespace fs = std::filesystem;
using detail::open_sound_file;
using detail::quoted;
using detail::SoundFile;

constexpr int kLowestRate = 1000;
constexpr int kHighestRate = 768000;
constexpr float kLargestSample = 1e6f;
constexpr sf_count_t kChunkFrames = 1 << 14;
constexpr const char* kConvertCure = "convert it to WAV, FLAC, OGG, Opus, MP3 or AIFF";

std::string cut_short(const fs::path& path, double missing_share) {
  const int percent = std::clamp(static_cast<int>(std::lround(missing_share * 100)), 1, 100);
  return quoted(path) + " is cut short: about " + std::to_string(percent) +
         " % of the sound that its header promises is missing; copy or export it again.";
}

std::uint64_t check_is_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found)
    throw AudioError("There is no file " + quoted(path) + "; check the name.");
  if (error)
    throw AudioError("Cannot look at " + quoted(path) + " (" + error.message() + "); check its permissions.");
  if (fs::is_directory(status)) throw AudioError(quoted(path) + " is a folder, not a sound file.");
  if (!fs::is_regular_file(status))
    throw AudioError(quoted(path) + " is no ordinary file; copy the sound into one.");
  const std::uintmax_t size = fs::file_size(path, error);
  if (error)
    throw AudioError("Cannot look at " + quoted(path) + " (" + error.message() + "); check the disk.");
  if (size == 0) throw AudioError(quoted(path) + " is empty (0 bytes); copy or export it again.");
  if (!std::ifstream(path, std::ios::binary))
    throw AudioError("Cannot open " + quoted(path) + " for reading; check its permissions.");
  return size;
}

struct OpenFile {
  SoundFile handle;
  SF_INFO info{};
  std::uint64_t bytes = 0;
  bool length_known = true;
};

OpenFile open_checked(const fs::path& path) {
  OpenFile file;
  file.bytes = check_is_file(path);
  file.handle = open_sound_file(path, SFM_READ, file.info);
  // RAW means that libsndfile found no header and guessed by the file's name.
  if (!file.handle || (file.info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_RAW) {
    const std::string reason = file.handle ? "no header" : sf_strerror(nullptr);
    throw AudioError(quoted(path) + " is not a sound file that can be read (" +
                     reason.substr(0, reason.find_last_not_of(" .\n") + 1) + "); " + kConvertCure + ".");
  }
  if (file.info.samplerate < kLowestRate || file.info.samplerate > kHighestRate || file.info.channels < 1)
    throw AudioError(quoted(path) + " claims " + std::to_string(file.info.samplerate) + " Hz and " +
                     std::to_string(file.info.channels) + " channels, which no recording has; " +
                     kConvertCure + ".");
  file.length_known = file.info.frames >= 0 && file.info.frames < std::numeric_limits<sf_count_t>::max() / 2;
  return file;
}

void check_length(const fs::path& path, const SF_INFO& info, std::int64_t frames) {
  const double seconds = static_cast<double>(frames) / info.samplerate;
  const double bytes = static_cast<double>(frames) * info.channels * sizeof(float);
  if (seconds > kMaxSeconds || bytes > static_cast<double>(kMaxDecodedBytes))
    throw AudioError(quoted(path) + " is too long (" + std::to_string(std::llround(seconds / 60)) +
                     " minutes, " + std::to_string(std::llround(bytes / (1 << 20))) +
                     " MiB decoded): at most 4 hours and 2048 MiB are read; cut it into shorter files.");
}

void check_not_cut_short(const fs::path& path, const OpenFile& file, bool whole) {
  if (const double missing = detail::missing_share(path, file.bytes); missing > 0.01) throw AudioError(cut_short(path, missing));
  // Walks through the file: too much for each short range of a long one, which was looked at when it was brought in.
  if (whole && (file.info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG && detail::ends_within_a_page(path, file.bytes))
    throw AudioError(quoted(path) + " is cut short: it ends in the middle of an Ogg page; copy or export it again.");
}

/// Reads up to `count` frames from where the handle stands.
AudioBuffer decode(const fs::path& path, OpenFile& file, std::int64_t count, const std::stop_token& stop) {
  const int channels = file.info.channels;
  AudioBuffer buffer(file.info.samplerate, channels, 0);
  // No recording holds more PCM samples than bytes; a compressed one grows as it is decoded.
  const auto hint =
      static_cast<std::size_t>(std::min<std::int64_t>(count, static_cast<std::int64_t>(file.bytes)));
  for (auto& channel : buffer.channels) channel.reserve(hint / static_cast<std::size_t>(channels) + 1);
  std::vector<float> chunk(static_cast<std::size_t>(kChunkFrames) * static_cast<std::size_t>(channels));
  while (count > 0) {
    if (stop.stop_requested()) throw AudioError("Reading " + quoted(path) + " was stopped.");
    const sf_count_t got =
        sf_readf_float(file.handle.get(), chunk.data(), std::min<sf_count_t>(count, kChunkFrames));
    if (got <= 0) break;
    const auto samples = static_cast<std::size_t>(got) * static_cast<std::size_t>(channels);
    if (!std::all_of(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(samples),
                     [](float x) { return std::isfinite(x); }))
      throw AudioError(quoted(path) +
                       " holds samples that are no numbers (NaN or infinite); export it again.");
    if (!std::all_of(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(samples),
                     [](float x) { return std::abs(x) <= kLargestSample; }))
      throw AudioError(quoted(path) + " holds samples more than a million times full scale, which no sound has; export it again.");
    for (std::size_t c = 0; c < buffer.channels.size(); ++c)
      for (std::size_t i = c; i < samples; i += static_cast<std::size_t>(channels))
        buffer.channels[c].push_back(chunk[i]);
    count -= got;
    check_length(path, file.info, static_cast<std::int64_t>(buffer.length()));
  }
  return buffer;
}

AudioBuffer read_range(const fs::path& path, std::int64_t start, std::int64_t count,
                       const std::stop_token& stop = {}) {
  OpenFile file = open_checked(path);
  check_not_cut_short(path, file, start == 0 && count == std::numeric_limits<std::int64_t>::max());
  const std::int64_t total =
      file.length_known ? file.info.frames : std::numeric_limits<std::int64_t>::max() / 4;
  if (total == 0) throw AudioError(quoted(path) + " holds no sound (0 samples); export it again.");
  if (start < 0 || count < 1)
    throw AudioError("A range of " + quoted(path) + " must start at 0 or later and hold a sample.");
  if (start >= total)
    throw AudioError("The range starts at sample " + std::to_string(start) + ", but " + quoted(path) +
                     " ends at " + std::to_string(total) + ".");
  const std::int64_t wanted = std::min(count, total - start);
  if (file.length_known) check_length(path, file.info, wanted);
  if (start > 0 && sf_seek(file.handle.get(), start, SEEK_SET) != start)
    throw AudioError("Cannot go to sample " + std::to_string(start) + " of " + quoted(path) + "; " +
                     kConvertCure + ".");
  AudioBuffer buffer = decode(path, file, wanted, stop);
  const auto got = static_cast<std::int64_t>(buffer.length());
  if (got == 0 && !file.length_known)
    throw AudioError(quoted(path) + " holds no sound (0 samples); export it again.");
  if (got == 0 ||
      (file.length_known && static_cast<double>(wanted - got) > 0.01 * static_cast<double>(wanted)))
    throw AudioError(cut_short(path, 1.0 - static_cast<double>(got) / static_cast<double>(wanted)));
  return buffer;
}

std::string format_name(const OpenFile& file) {
  SF_FORMAT_INFO major{}, minor{};
  major.format = file.info.format & SF_FORMAT_TYPEMASK;
  minor.format = file.info.format & SF_FORMAT_SUBMASK;
  std::string name;
  if (sf_command(nullptr, SFC_GET_FORMAT_INFO, &major, sizeof major) == 0 && major.name) name = major.name;
  if (sf_command(nullptr, SFC_GET_FORMAT_INFO, &minor, sizeof minor) == 0 && minor.name)
    name += std::string(", ") + minor.name;
  return name;
}

/// What writer.cpp put into chunks of its own because a WAV text field is too short for it.
void read_long_fields(const OpenFile& file, std::map<std::string, std::string>& fields) {
  SF_CHUNK_INFO wanted{};
  std::copy_n(detail::kTextChunk, 4, wanted.id);
  wanted.id_size = 4;
  for (SF_CHUNK_ITERATOR* at = sf_get_chunk_iterator(file.handle.get(), &wanted); at;
       at = sf_next_chunk_iterator(at)) {
    SF_CHUNK_INFO chunk{};
    if (sf_get_chunk_size(at, &chunk) != 0 || chunk.datalen > std::min<std::uint64_t>(file.bytes, 1 << 24))
      continue;
    std::string record(chunk.datalen, ' ');
    chunk.data = record.data();
    if (sf_get_chunk_data(at, &chunk) != 0) continue;
    const std::size_t equals = record.find('=');
    if (equals == std::string::npos || detail::text_field(record.substr(0, equals)) == 0) continue;
    record.resize(record.find_last_not_of(' ') + 1);
    fields[record.substr(0, equals)] = record.substr(equals + 1);
  }
}

}  // namespace

AudioInfo probe(const fs::path& path) {
  const OpenFile file = open_checked(path);
  AudioInfo info;
  info.frames = file.length_known ? file.info.frames : 0;
  info.sample_rate = file.info.samplerate;
  info.channels = file.info.channels;
  info.format = format_name(file);
  return info;
}

AudioBuffer read_audio(const fs::path& path, const std::stop_token& stop) {
  return read_range(path, 0, std::numeric_limits<std::int64_t>::max(), stop);
}

AudioBuffer read_audio(const fs::path& path, std::int64_t start_frame, std::int64_t count) {
  return read_range(path, start_frame, count);
}

std::map<std::string, std::string> read_metadata(const fs::path& path) {
  const OpenFile file = open_checked(path);
  std::map<std::string, std::string> fields;
  for (const auto& [name, number] : detail::text_fields())
    if (const char* text = sf_get_string(file.handle.get(), number); text && *text) fields[name] = text;
  read_long_fields(file, fields);
  return fields;
}

bool has_audio_extension(const fs::path& path) {
  static constexpr std::array known = {".wav",  ".flac", ".ogg",  ".oga", ".opus", ".mp3", ".aif",
                                       ".aiff", ".aifc", ".rf64", ".w64", ".au",   ".caf"};
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(known.begin(), known.end(), extension) != known.end();
}

}  // namespace luthier::audio
