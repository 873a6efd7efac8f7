#pragma once
#include <span>
#include <vector>

#include "audio/synth/phrase.h"
#include "core/evaluate/note_set.h"

namespace luthier {

/// Seconds between two note sets.
inline constexpr double kNoteSetStep = 0.05;

/// The notes that sound every 50 ms, from mono 16 kHz samples of RMS 1 (normalise_rms). Iterative harmonic sum: n 4096,
/// hop 800, |X| divided by (RMS over +-25 % of the bin's frequency)^.6; salience of a note = sum over partials m = 1 … 10 of
/// .86^(m-1) times the largest of +-clip(round(.012 bin), 1, 4) bins; the strongest note's partials are multiplied by .1 and
/// the search goes on, at most 5 times, until below .45 of the first salience; frames 45 dB below the loudest are silent.
std::vector<NoteSet> track_notes(std::span<const float> normalised);

/// What the phrase itself says at 0, 50 ms, 100 ms …, `frames` sets: a note sounds from its start until before its end.
std::vector<NoteSet> phrase_note_sets(const audio::Phrase& phrase, std::size_t frames);

/// Salience of the 64 notes in one magnitude spectrum [2049] (n 4096 at 16 kHz), and the cancelling of a found note: shared
/// by the tracker and the onset finder.
class HarmonicSum {
 public:
  static const HarmonicSum& instance();
  /// Index 0 … 63 of the strongest note and its salience.
  std::pair<int, float> strongest(std::span<const float> spectrum) const;
  void cancel(std::span<float> spectrum, int note) const;
  /// 1 / (local RMS + 1e-3)^.6 of every bin, from the magnitudes.
  std::vector<float> whitening(std::span<const float> magnitudes) const;

 private:
  HarmonicSum();
  struct Partial {
    int first, last;  ///< bins, both included
    float weight;
  };
  std::vector<std::vector<Partial>> partials_;  ///< [note][partial below the Nyquist frequency]
};

}  // namespace luthier
