#include "audio/synth/phrase.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "audio/audio_buffer.h"
#include "audio/random.h"

namespace luthier::audio {
namespace {

constexpr std::array kMajor = {0, 2, 4, 5, 7, 9, 11};
constexpr std::array kMinor = {0, 2, 3, 5, 7, 8, 10};

void check(const PhraseOptions& o) {
  const auto require = [](bool holds, const char* rule) {
    if (!holds) throw AudioError(std::string("A phrase needs ") + rule + ".");
  };
  require(o.seconds >= 1.0 && o.seconds <= 3600.0, "1 to 3600 seconds");
  require(o.low_pitch >= 0 && o.high_pitch <= 127, "pitches from 0 to 127");
  require(o.high_pitch - o.low_pitch >= 11, "a range of at least 12 semitones");
  require(o.low_velocity >= 1 && o.low_velocity <= o.high_velocity && o.high_velocity <= 127,
          "velocities from 1 to 127");
  require(o.low_bpm >= 20.0 && o.low_bpm <= o.high_bpm && o.high_bpm <= 400.0, "a tempo from 20 to 400 bpm");
  require(o.max_voices >= 1 && o.max_voices <= 4, "1 to 4 voices");
}

/// Writes one phrase. Times are whole microseconds, so that rounding cannot differ between machines.
class Writer {
 public:
  Writer(std::uint64_t seed, const PhraseOptions& options) : options_(options), random_(seed) {
    const int key = random_.integer(0, 11);
    const auto& scale = random_.chance(0.6) ? kMajor : kMinor;
    for (int pitch = options.low_pitch; pitch <= options.high_pitch; ++pitch)
      if (std::find(scale.begin(), scale.end(), ((pitch - key) % 12 + 12) % 12) != scale.end())
        pitches_.push_back(pitch);
    beat_ = std::llround(60e6 / random_.uniform(options.low_bpm, options.high_bpm));
    end_ = std::llround(options.seconds * 1e6);
    const bool poly =
        options.voicing == Voicing::poly || (options.voicing == Voicing::by_seed && seed % 2 == 1);
    voices_ = poly ? options.max_voices : 1;
    const int last = static_cast<int>(pitches_.size()) - 1;
    step_ = random_.integer(last / 5, last - last / 5);
    velocity_ = random_.integer(options.low_velocity, options.high_velocity);
  }

  std::vector<Note> write() {
    while (room()) options_.varied ? figure() : stroll();
    std::sort(notes_.begin(), notes_.end(), [](const Note& a, const Note& b) {
      return std::pair(a.start_s, a.pitch) < std::pair(b.start_s, b.pitch);
    });
    return std::move(notes_);
  }

 private:
  bool room() const { return now_ < end_ - 300'000; }

  /// The protocol's melody: small steps in eighths, quarters and halves.
  void stroll() {
    static constexpr std::array<int, 5> kQuarters = {2, 2, 4, 4, 8};
    const int length = kQuarters[static_cast<std::size_t>(random_.integer(0, 4))];
    move(random_.integer(-3, 3));
    velocity_ = random_.integer(options_.low_velocity, options_.high_velocity);
    sound(length, 95);
  }

  /// One figure of varied playing.
  void figure() {
    const int kind = random_.integer(0, 99);
    wander_velocity();
    if (kind < 40) {
      const int articulation = random_.integer(40, 100);
      for (int i = random_.integer(2, 6); i > 0 && room(); --i) {
        move(random_.integer(-3, 3));
        sound(random_.chance(0.3) ? 1 + 2 * random_.integer(0, 1) : 2 << random_.integer(0, 1), articulation);
        wander_velocity();
      }
    } else if (kind < 55) {  // run
      const int direction = random_.chance(0.5) ? 1 : -1, length = random_.integer(1, 2);
      for (int i = random_.integer(4, 9); i > 0 && room(); --i) {
        move(direction);
        sound(length, 90);
      }
    } else if (kind < 67) {  // repeated notes
      const int length = random_.integer(1, 3), articulation = random_.integer(30, 90);
      for (int i = random_.integer(3, 6); i > 0 && room(); --i) sound(length, articulation);
    } else if (kind < 80) {  // held
      move(random_.integer(-4, 4));
      sound(random_.integer(8, 20), 100);
    } else if (kind < 92) {  // leap and back
      const int leap = random_.integer(5, 11) * (random_.chance(0.5) ? 1 : -1);
      move(leap);
      sound(random_.integer(2, 6), 95);
      move(-leap + random_.integer(-1, 1));
      if (room()) sound(random_.integer(2, 6), 95);
    } else {
      now_ += beat_ * random_.integer(1, 6) / 4;  // rest
    }
  }

  void wander_velocity() {
    velocity_ =
        std::clamp(velocity_ + random_.integer(-18, 18), options_.low_velocity, options_.high_velocity);
    if (random_.chance(0.15)) velocity_ = random_.integer(options_.low_velocity, options_.high_velocity);
  }

  void move(int steps) { step_ = std::clamp(step_ + steps, 0, static_cast<int>(pitches_.size()) - 1); }

  /// A note, perhaps with voices a third, a fifth and an octave below, of `quarters` of a beat, sounding
  /// `percent` of them.
  void sound(int quarters, int percent) {
    static constexpr std::array<std::pair<int, double>, 3> kBelow = {{{2, 0.5}, {4, 0.25}, {7, 0.15}}};
    const std::int64_t length = beat_ * quarters / 4;
    add(step_, velocity_, length * percent / 100);
    for (int voice = 1; voice < voices_; ++voice) {
      const auto [below, probability] = kBelow[static_cast<std::size_t>(voice - 1)];
      if (random_.chance(probability) && step_ >= below)
        add(step_ - below, std::max(1, velocity_ - 10), length * percent / 100);
    }
    now_ += length;
  }

  void add(int step, int velocity, std::int64_t length) {
    const std::int64_t stop = std::min(end_ - 50'000, now_ + length);
    notes_.push_back({static_cast<double>(now_) / 1e6, static_cast<double>(stop) / 1e6,
                      pitches_[static_cast<std::size_t>(step)], velocity});
  }

  const PhraseOptions& options_;
  Random random_;
  std::vector<int> pitches_;  ///< of the scale, within the range
  std::vector<Note> notes_;
  std::int64_t beat_ = 0, end_ = 0, now_ = 0;  ///< microseconds
  int voices_ = 1, step_ = 0, velocity_ = 80;
};

}  // namespace

Phrase make_phrase(std::uint64_t seed, const PhraseOptions& options) {
  check(options);
  return {seed, options.seconds, Writer(seed, options).write()};
}

std::uint64_t phrase_hash(const Phrase& phrase) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a over 64-bit words
  const auto add = [&hash](std::int64_t word) {
    for (int i = 0; i < 8; ++i)
      hash = (hash ^ static_cast<std::uint64_t>(word >> (8 * i) & 0xff)) * 0x100000001b3u;
  };
  for (const Note& note : phrase.notes) {
    add(std::llround(note.start_s * 1e6));
    add(std::llround(note.end_s * 1e6));
    add(note.pitch);
    add(note.velocity);
  }
  return hash;
}

}  // namespace luthier::audio
