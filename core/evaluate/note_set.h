#pragma once
#include <bit>
#include <cstdint>

namespace luthier {

/// A set of MIDI notes 33 (55 Hz) … 96 (2093 Hz), the range that the pitch tracker knows: one bit a note.
class NoteSet {
 public:
  static constexpr int kLowest = 33;
  static constexpr int kCount = 64;

  /// A pitch outside 33 … 96 is left out.
  void add(int pitch) {
    if (pitch >= kLowest && pitch < kLowest + kCount) bits_ |= std::uint64_t{1} << (pitch - kLowest);
  }
  bool has(int pitch) const {
    return pitch >= kLowest && pitch < kLowest + kCount && ((bits_ >> (pitch - kLowest)) & 1U) != 0;
  }
  int size() const { return std::popcount(bits_); }
  std::uint64_t bits() const { return bits_; }
  friend NoteSet operator&(NoteSet a, NoteSet b) { return NoteSet(a.bits_ & b.bits_); }
  friend NoteSet operator|(NoteSet a, NoteSet b) { return NoteSet(a.bits_ | b.bits_); }
  bool operator==(const NoteSet&) const = default;
  NoteSet() = default;

 private:
  explicit NoteSet(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t bits_ = 0;
};

/// One attack: when, and of which note.
struct NoteOnset {
  double time_s = 0.0;
  int pitch = 60;  ///< MIDI
};

}  // namespace luthier
