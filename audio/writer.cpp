#include "audio/writer.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#ifdef _WIN32
#include <io.h>
#include <process.h>
#else
#include <unistd.h>
#endif

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

/// A file that disappears again unless commit() was reached. Encoders write through its callbacks and not by
/// name, because some lose a failed write on the way.
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
#ifdef _WIN32
    file_ = _wfopen(temporary_.c_str(), L"w+b");
#else
    file_ = std::fopen(temporary_.c_str(), "w+be");
#endif
    if (!file_)
      throw AudioError("Cannot write " + quoted(target_) + " (" + std::strerror(errno) +
                       "); check that the folder exists and may be written to.");
  }
  ~TemporaryFile() {
    if (file_) std::fclose(file_);
    std::error_code ignored;
    if (!committed_) fs::remove(temporary_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  detail::SoundFile open_encoder(SF_INFO& info) {
    static SF_VIRTUAL_IO io = {&TemporaryFile::length, &TemporaryFile::seek, &TemporaryFile::read,
                               &TemporaryFile::write, &TemporaryFile::tell};
    return detail::SoundFile(sf_open_virtual(&io, SFM_WRITE, &info, this));
  }

  void commit() {
    if (error_ == 0 && std::fflush(file_) != 0) error_ = errno;
#ifndef _WIN32
    if (error_ == 0 && ::fsync(::fileno(file_)) != 0) error_ = errno;
#endif
    if (std::fclose(std::exchange(file_, nullptr)) != 0 && error_ == 0) error_ = errno;
    check();
    std::error_code error;
    fs::rename(temporary_, target_, error);
    if (error)
      throw AudioError("Cannot write " + quoted(target_) + " (" + error.message() +
                       "); choose another name or folder.");
    committed_ = true;
  }

  /// Throws when a write failed.
  void check() const {
    if (error_ != 0)
      throw AudioError("Cannot write " + quoted(target_) + " (" + std::strerror(error_) +
                       "); free some space or choose another disk.");
  }

 private:
  static TemporaryFile& self(void* user) { return *static_cast<TemporaryFile*>(user); }
  static sf_count_t length(void* user) {
    std::FILE* file = self(user).file_;
    const long here = std::ftell(file);
    std::fseek(file, 0, SEEK_END);
    const long end = std::ftell(file);
    std::fseek(file, here, SEEK_SET);
    return end;
  }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) {
    std::fseek(self(user).file_, static_cast<long>(offset), whence);
    return std::ftell(self(user).file_);
  }
  static sf_count_t read(void* to, sf_count_t count, void* user) {
    return static_cast<sf_count_t>(std::fread(to, 1, static_cast<std::size_t>(count), self(user).file_));
  }
  static sf_count_t write(const void* from, sf_count_t count, void* user) {
    const auto wrote =
        static_cast<sf_count_t>(std::fwrite(from, 1, static_cast<std::size_t>(count), self(user).file_));
    if (wrote != count && self(user).error_ == 0) self(user).error_ = errno ? errno : EIO;
    return wrote;
  }
  static sf_count_t tell(void* user) { return std::ftell(self(user).file_); }

  fs::path target_;
  fs::path temporary_;
  std::FILE* file_ = nullptr;
  int error_ = 0;
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

bool write_samples(SNDFILE* file, const AudioBuffer& buffer, bool clip) {
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
      return false;
  }
  return true;
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
  detail::SoundFile file = temporary.open_encoder(info);
  temporary.check();
  if (!file)
    throw AudioError("Cannot write " + quoted(path) + " (" + sf_strerror(nullptr) + "); use another format.");
  sf_command(file.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr,
             SF_FALSE);  // it holds the time of day: equal sounds, equal files
  sf_command(file.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
  if (row.lossy) {
    double quality = 0.7;
    sf_command(file.get(), SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
  }
  set_metadata(file.get(), row, metadata);
  const bool complete = write_samples(file.get(), sound, format != FileFormat::wav_float);
  const bool closed = sf_close(file.release()) == 0;
  temporary.check();
  if (!complete || !closed)
    throw AudioError("The " + std::string(row.name) + " encoder failed for " + quoted(path) +
                     "; use another format.");
  temporary.commit();
}

void write_audio(const fs::path& path, const AudioBuffer& buffer, const Metadata& metadata) {
  write_audio(path, buffer, file_format_for(path), metadata);
}

}  // namespace luthier::audio
