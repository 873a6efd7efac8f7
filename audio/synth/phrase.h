#pragma once
#include <cstdint>
#include <vector>

namespace luthier::audio {

/// One note; times in seconds from the phrase's start, pitch as MIDI number (60 = middle C), velocity 1 …
/// 127.
struct Note {
  double start_s = 0.0;
  double end_s = 0.0;
  int pitch = 60;
  int velocity = 80;
  bool operator==(const Note&) const = default;
};

/// Notes in order of start (then pitch), to be played by any instrument.
struct Phrase {
  std::uint64_t seed = 0;
  double seconds = 0.0;
  std::vector<Note> notes;
  bool operator==(const Phrase&) const = default;
};

enum class Voicing {
  by_seed,  ///< one voice for even seeds, up to max_voices for odd ones
  mono,
  poly
};

struct PhraseOptions {
  double seconds = 8.0;
  int low_pitch = 55;     ///< 0 … 127
  int high_pitch = 84;    ///< at least low_pitch + 11
  int low_velocity = 60;  ///< 1 … 127
  int high_velocity = 110;
  double low_bpm = 70.0;
  double high_bpm = 130.0;
  int max_voices = 3;  ///< 1 … 4
  Voicing voicing = Voicing::by_seed;
  bool varied = false;  ///< mix in held and repeated notes, runs, leaps and rests, for training data
};

/// A random diatonic phrase (major or natural minor). The same numbers on every machine. Throws AudioError
/// naming the option that is out of range.
Phrase make_phrase(std::uint64_t seed, const PhraseOptions& options = {});

/// 64-bit hash of the notes (times to the microsecond), to keep training and test phrases apart.
std::uint64_t phrase_hash(const Phrase& phrase);

}  // namespace luthier::audio
