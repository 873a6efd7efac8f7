#include "audio/synth/midi_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "audio/audio_buffer.h"

namespace luthier::audio {
namespace {

constexpr int kTicksPerQuarter = 480;  // at the default 120 bpm: 960 ticks a second
constexpr double kTicksPerSecond = 960.0;
constexpr std::size_t kLargestFile = 64u << 20;
constexpr double kLongest = 4 * 3600.0;

std::string big(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

std::string variable_length(std::uint32_t value) {
  std::string out(1, static_cast<char>(value & 0x7f));
  while (value >>= 7) out.insert(out.begin(), static_cast<char>((value & 0x7f) | 0x80));
  return out;
}

/// Bytes of a file, with every step checked.
class Cursor {
 public:
  Cursor(const std::string& bytes, std::size_t begin, std::size_t end, std::string name)
      : bytes_(bytes), at_(begin), end_(end), name_(std::move(name)) {}
  bool done() const { return at_ >= end_; }
  std::uint8_t byte() {
    if (at_ >= end_) fail();
    return static_cast<std::uint8_t>(bytes_[at_++]);
  }
  std::uint32_t number(int count) {
    std::uint32_t value = 0;
    while (count-- > 0) value = value << 8 | byte();
    return value;
  }
  std::uint32_t variable() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const std::uint8_t b = byte();
      value = value << 7 | (b & 0x7f);
      if (!(b & 0x80)) return value;
    }
    fail();
  }
  void skip(std::size_t count) {
    if (count > end_ - at_) fail();
    at_ += count;
  }
  void step_back() { --at_; }
  std::size_t position() const { return at_; }
  [[noreturn]] void fail() const {
    throw AudioError("'" + name_ + "' is no MIDI file that can be read, or it is cut short.");
  }

 private:
  const std::string& bytes_;
  std::size_t at_, end_;
  std::string name_;
};

struct Events {
  struct NoteEvent {
    std::uint64_t tick;
    bool on;
    int channel, pitch, velocity;
  };
  std::vector<NoteEvent> notes;
  std::map<std::uint64_t, std::uint32_t> tempos;  ///< tick -> microseconds a quarter
};

void read_track(Cursor track, Events& events) {
  std::uint64_t tick = 0;
  std::uint8_t running = 0;
  while (!track.done()) {
    tick += track.variable();
    std::uint8_t status = track.byte();
    if (status < 0x80) {
      if (running == 0) track.fail();
      track.step_back();
      status = running;
    }
    if (status == 0xff) {
      const std::uint8_t type = track.byte();
      const std::uint32_t size = track.variable();
      if (type == 0x51 && size == 3) {
        events.tempos[tick] = std::max<std::uint32_t>(1, track.number(3));
      } else {
        track.skip(size);
      }
      if (type == 0x2f) return;
    } else if (status >= 0xf0) {
      track.skip(track.variable());
    } else {
      running = status;
      const int kind = status >> 4, first = track.byte() & 0x7f;
      const int second = kind == 0xc || kind == 0xd ? 0 : track.byte() & 0x7f;
      if (kind == 0x8 || kind == 0x9)
        events.notes.push_back({tick, kind == 0x9 && second > 0, status & 0xf, first, second});
    }
  }
}

/// Seconds of a tick, by the tempos before it.
class Clock {
 public:
  Clock(const std::map<std::uint64_t, std::uint32_t>& tempos, int division) {
    if (division & 0x8000) {  // frames a second and ticks a frame
      const int frames = 256 - (division >> 8 & 0xff), ticks = division & 0xff;
      pieces_ = {{0, 0.0, 1.0 / (std::max(1, frames) * std::max(1, ticks))}};
      return;
    }
    const double quarter = std::max(1, division);
    pieces_ = {{0, 0.0, 0.5 / quarter}};
    for (const auto& [tick, tempo] : tempos) pieces_.push_back({tick, seconds(tick), tempo * 1e-6 / quarter});
  }
  double seconds(std::uint64_t tick) const {
    auto piece = std::upper_bound(pieces_.begin(), pieces_.end(), tick,
                                  [](std::uint64_t t, const Piece& p) { return t < p.tick; });
    --piece;
    return piece->start + static_cast<double>(tick - piece->tick) * piece->seconds_a_tick;
  }

 private:
  struct Piece {
    std::uint64_t tick;
    double start, seconds_a_tick;
  };
  std::vector<Piece> pieces_;
};

}  // namespace

void write_midi(const std::filesystem::path& path, const Phrase& phrase, int program) {
  std::vector<std::tuple<std::uint32_t, bool, int, int>>
      events;  // tick, on, pitch, velocity: ends sort before starts
  for (const Note& note : phrase.notes) {
    const auto start = static_cast<std::uint32_t>(std::llround(note.start_s * kTicksPerSecond));
    const auto stop = static_cast<std::uint32_t>(std::llround(note.end_s * kTicksPerSecond));
    events.emplace_back(start, true, note.pitch, note.velocity);
    events.emplace_back(std::max(stop, start + 1), false, note.pitch, 0);
  }
  std::sort(events.begin(), events.end());
  std::string track = variable_length(0) + "\xff\x51\x03" + big(500'000, 3) + variable_length(0) + '\xc0' +
                      big(static_cast<std::uint32_t>(program & 0x7f), 1);
  std::uint32_t now = 0;
  for (const auto& [tick, on, pitch, velocity] : events) {
    track += variable_length(tick - now) + (on ? '\x90' : '\x80') + static_cast<char>(pitch) +
             static_cast<char>(velocity);
    now = tick;
  }
  const auto end = static_cast<std::uint32_t>(std::llround(phrase.seconds * kTicksPerSecond));
  track += variable_length(end > now ? end - now : 0) + std::string("\xff\x2f\x00", 3);
  std::ofstream out(path, std::ios::binary);
  out << "MThd" << big(6, 4) << big(0, 2) << big(1, 2) << big(kTicksPerQuarter, 2) << "MTrk"
      << big(static_cast<std::uint32_t>(track.size()), 4) << track;
  out.close();
  if (!out)
    throw AudioError("Cannot write '" + path.string() + "'; check the folder and the space on the disk.");
}

Phrase read_midi(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw AudioError("There is no file '" + path.string() + "', or it may not be read.");
  std::string bytes;
  std::array<char, 1 << 14> block{};
  do {
    in.read(block.data(), block.size());
    bytes.append(block.data(), static_cast<std::size_t>(in.gcount()));
  } while (in && bytes.size() <= kLargestFile);
  if (bytes.size() > kLargestFile)
    throw AudioError("'" + path.string() + "' is too large for a MIDI file (64 MiB).");
  Cursor file(bytes, 0, bytes.size(), path.string());
  if (bytes.compare(0, 4, "MThd") != 0) file.fail();
  file.skip(4);
  const std::uint32_t header = file.number(4);
  const std::size_t header_end = file.position() + header;
  file.number(2);
  file.number(2);
  const int division = static_cast<int>(file.number(2));
  if (header < 6) file.fail();
  file.skip(header_end - file.position());
  Events events;
  while (!file.done()) {
    const std::uint32_t id = file.number(4), size = file.number(4);
    const std::size_t begin = file.position();
    file.skip(size);
    if (id == 0x4d54726b) read_track(Cursor(bytes, begin, begin + size, path.string()), events);
  }
  std::stable_sort(events.notes.begin(), events.notes.end(), [](const auto& a, const auto& b) {
    return a.tick != b.tick ? a.tick < b.tick : a.on < b.on;
  });
  const Clock clock(events.tempos, division);
  Phrase phrase;
  std::array<std::array<int, 128>, 16> sounding{};  // index of the note that sounds, plus 1
  for (const auto& event : events.notes) {
    if (event.channel == 9) continue;
    const double now = clock.seconds(event.tick);
    if (now > kLongest)
      throw AudioError("'" + path.string() + "' is longer than 4 hours; cut it into shorter files.");
    phrase.seconds = std::max(phrase.seconds, now);
    int& open = sounding[static_cast<std::size_t>(event.channel)][static_cast<std::size_t>(event.pitch)];
    if (open > 0) phrase.notes[static_cast<std::size_t>(open - 1)].end_s = now;
    open = 0;
    if (!event.on) continue;
    phrase.notes.push_back({now, -1.0, event.pitch, event.velocity});
    open = static_cast<int>(phrase.notes.size());
  }
  for (Note& note : phrase.notes)
    if (note.end_s < 0.0) note.end_s = phrase.seconds;
  std::sort(phrase.notes.begin(), phrase.notes.end(), [](const Note& a, const Note& b) {
    return std::tie(a.start_s, a.pitch, a.end_s) < std::tie(b.start_s, b.pitch, b.end_s);
  });
  return phrase;
}

}  // namespace luthier::audio
