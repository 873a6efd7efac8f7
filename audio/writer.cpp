#include "audio/writer.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <system_error>
#include <vector>

#ifdef _WIN32
#include <io.h>
#include <process.h>
#else
#include <fcntl.h>
#include <unistd.h>
#endif

#include "audio/reader.h"
#include "audio/resampler.h"
#include "audio/sound_file.h"

namespace luthier::audio {
namespace {

namespace fs = std::filesystem;
using detail::quoted;

struct FormatRow {
  FileFormat format;
  std::string_view name;
  std::string_view extension;
  int sndfile;
  bool lossy;
};
constexpr std::array kFormats = {
    FormatRow{FileFormat::wav16, "wav16", "wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, false},
    FormatRow{FileFormat::wav24, "wav24", "wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, false},
    FormatRow{FileFormat::wav_float, "wav_float", "wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, false},
    FormatRow{FileFormat::flac, "flac", "flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, false},
    FormatRow{FileFormat::ogg, "ogg", "ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, true},
    FormatRow{FileFormat::opus, "opus", "opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, true},
    FormatRow{FileFormat::mp3, "mp3", "mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, true},
};
constexpr std::array kMp3Rates = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};

const FormatRow& row_of(FileFormat format) {
  return *std::find_if(kFormats.begin(), kFormats.end(),
                       [&](const FormatRow& row) { return row.format == format; });
}

std::string known_formats() {
  std::string names;
  for (const FormatRow& row : kFormats) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

/// A file that disappears again unless commit() was reached.
class TemporaryFile {
 public:
  explicit TemporaryFile(fs::path target) : target_(std::move(target)) {
    static std::atomic<unsigned> counter{0};
#ifdef _WIN32
    const int process = _getpid();
#else
    const int process = ::getpid();
#endif
    temporary_ = target_.parent_path() / ("." + target_.filename().string() + "." + std::to_string(process) +
                                          "-" + std::to_string(counter++) + ".part");
  }
  ~TemporaryFile() {
    std::error_code ignored;
    if (!committed_) fs::remove(temporary_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const fs::path& path() const { return temporary_; }

  void commit() {
    sync();
    std::error_code error;
    fs::rename(temporary_, target_, error);
    if (error)
      throw AudioError("Cannot write " + quoted(target_) + " (" + error.message() +
                       "); choose another name or folder.");
    committed_ = true;
  }

 private:
  void sync() const {
#ifndef _WIN32
    const int descriptor = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int why = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (!synced)
      throw AudioError("Cannot write " + quoted(target_) + " (" + std::strerror(why) + "); check the disk.");
#endif
  }
  fs::path target_;
  fs::path temporary_;
  bool committed_ = false;
};

void check_sound(const fs::path& path, const AudioBuffer& buffer) {
  if (buffer.empty() || buffer.sample_rate < 1)
    throw AudioError("There is no sound to write to " + quoted(path) + ".");
  for (const auto& channel : buffer.channels) {
    if (channel.size() != buffer.length())
      throw AudioError("The channels for " + quoted(path) + " differ in length.");
    if (!std::all_of(channel.begin(), channel.end(), [](float x) { return std::isfinite(x); }))
      throw AudioError("The sound for " + quoted(path) +
                       " holds samples that are no numbers (NaN or infinite).");
  }
}

AudioBuffer at_allowed_rate(const AudioBuffer& buffer, FileFormat format) {
  if (format == FileFormat::opus) return resample(buffer, 48000, ResampleQuality::very_high);
  if (format == FileFormat::mp3 &&
      std::find(kMp3Rates.begin(), kMp3Rates.end(), buffer.sample_rate) == kMp3Rates.end())
    return resample(buffer, 44100, ResampleQuality::very_high);
  return buffer;
}

void write_samples(SNDFILE* file, const AudioBuffer& buffer, bool clip, const fs::path& path) {
  constexpr std::size_t kChunk = 1 << 14;
  const std::size_t channels = buffer.channels.size();
  std::vector<float> chunk(kChunk * channels);
  for (std::size_t start = 0; start < buffer.length(); start += kChunk) {
    const std::size_t frames = std::min(kChunk, buffer.length() - start);
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t i = 0; i < frames; ++i) {
        const float x = buffer.channels[c][start + i];
        chunk[i * channels + c] = clip ? std::clamp(x, -1.0f, 1.0f) : x;
      }
    if (sf_writef_float(file, chunk.data(), static_cast<sf_count_t>(frames)) !=
        static_cast<sf_count_t>(frames))
      throw AudioError("Cannot write " + quoted(path) + " (" + sf_strerror(file) +
                       "); free some space or choose another disk.");
  }
}

/// MP3 tags are written as Latin-1; what has no place there becomes '?'.
std::string to_latin1(const std::string& utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x80) {
      out += utf8[i];
    } else if ((byte & 0xfc) == 0xc0 && i + 1 < utf8.size()) {
      out += static_cast<char>((byte & 3) << 6 | (utf8[++i] & 0x3f));
    } else if (byte >= 0xc0) {
      out += '?';
    }
  }
  return out;
}

/// libsndfile cannot read a WAV text field of more than 2040 bytes (and loses the others with it), so a long
/// one goes whole into a chunk of our own, and its beginning into the field for other programs.
std::string shorten_for_wav(SNDFILE* file, const std::string& name, const std::string& text) {
  constexpr std::size_t kLongest = 2000;
  if (text.size() <= kLongest) return text;
  std::string record = name + "=" + text;
  record.resize((record.size() + 3) / 4 * 4, ' ');
  SF_CHUNK_INFO chunk{};
  std::copy_n(detail::kTextChunk, 4, chunk.id);
  chunk.id_size = 4;
  chunk.datalen = static_cast<unsigned>(record.size());
  chunk.data = record.data();
  if (sf_set_chunk(file, &chunk) != 0)
    throw AudioError("The text field '" + name + "' is too long; shorten it.");
  std::size_t end = kLongest;
  while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not in the middle of a character
  return text.substr(0, end);
}

void set_metadata(SNDFILE* file, const FormatRow& row, const Metadata& metadata) {
  for (const auto& [name, text] : metadata) {
    const int field = detail::text_field(name);
    if (field == 0) throw AudioError("A sound file has no text field '" + name + "'; use 'comment'.");
    if (text.empty()) continue;
    const std::string fitting = row.format == FileFormat::mp3 ? to_latin1(text)
                                : row.extension == "wav"      ? shorten_for_wav(file, name, text)
                                                              : text;
    if (sf_set_string(file, field, fitting.c_str()) != 0)
      throw AudioError("The text field '" + name +
                       "' does not fit into this format; shorten it or leave it out.");
  }
}

/// Encoders may lose a write error when they close, so what was written is looked at once more.
void check_written(const fs::path& temporary, const fs::path& target, const AudioBuffer& buffer, bool lossy) {
  std::int64_t frames = 0;
  try {
    frames = probe(temporary).frames;
  } catch (const AudioError&) {
    frames = 0;
  }
  const auto wanted = static_cast<std::int64_t>(buffer.length());
  const std::int64_t slack = lossy ? 4096 : 0;
  if (frames < wanted - slack)
    throw AudioError("Cannot write " + quoted(target) +
                     " completely; free some space or choose another disk.");
}

}  // namespace

FileFormat file_format(std::string_view name) {
  for (const FormatRow& row : kFormats)
    if (row.name == name) return row.format;
  if (name == "wav") return FileFormat::wav16;
  throw AudioError("There is no sound format '" + std::string(name) + "'; known are " + known_formats() +
                   ".");
}

FileFormat file_format_for(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const FormatRow& row : kFormats)
    if (!extension.empty() && row.extension == std::string_view(extension).substr(1)) return row.format;
  throw AudioError("The name " + quoted(path) +
                   " does not say a sound format; end it with .wav, .flac, .ogg, .opus or .mp3.");
}

std::string_view file_extension(FileFormat format) { return row_of(format).extension; }

void write_audio(const fs::path& path, const AudioBuffer& buffer, FileFormat format,
                 const Metadata& metadata) {
  check_sound(path, buffer);
  const FormatRow& row = row_of(format);
  const AudioBuffer sound = at_allowed_rate(buffer, format);
  SF_INFO info{};
  info.samplerate = sound.sample_rate;
  info.channels = sound.channel_count();
  info.format = row.sndfile;
  if (!sf_format_check(&info))
    throw AudioError("The format " + std::string(row.name) + " cannot hold " + std::to_string(info.channels) +
                     " channels at " + std::to_string(info.samplerate) + " Hz; use wav_float.");
  TemporaryFile temporary(path);
  detail::SoundFile file = detail::open_sound_file(temporary.path(), SFM_WRITE, info);
  if (!file) {
    std::string reason = sf_strerror(nullptr);
    reason.resize(reason.find_last_not_of(" .\n") + 1);
    throw AudioError("Cannot write " + quoted(path) + " (" + reason +
                     "); check that the folder exists and may be written to.");
  }
  sf_command(file.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr,
             SF_FALSE);  // it holds the time of day: equal sounds, equal files
  sf_command(file.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
  if (row.lossy) {
    double quality = 0.7;
    sf_command(file.get(), SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
  }
  set_metadata(file.get(), row, metadata);
  write_samples(file.get(), sound, format != FileFormat::wav_float, path);
  if (sf_close(file.release()) != 0)
    throw AudioError("Cannot write " + quoted(path) + " completely; free some space or choose another disk.");
  check_written(temporary.path(), path, sound, row.lossy);
  temporary.commit();
}

void write_audio(const fs::path& path, const AudioBuffer& buffer, const Metadata& metadata) {
  write_audio(path, buffer, file_format_for(path), metadata);
}

}  // namespace luthier::audio
