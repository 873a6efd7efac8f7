#pragma once
#include <span>
#include <vector>

#include "audio/synth/phrase.h"
#include "core/evaluate/note_set.h"

namespace luthier {

/// Attacks and their notes, from mono 16 kHz samples of RMS 1. Two steps:
/// 1. times: flux of ln(1 + 16 |X| mel) (n 1024, hop 10 ms, 80 bands) over 40 ms, against the maximum of three neighbouring
///    bands as in SuperFlux (Böck and Widmer 2013), so that vibrato does not count. A peak stands .05 above the median of
///    +-150 ms and is the largest of +-40 ms; the attack is where the flux first passes half of the peak.
/// 2. notes: the tracker's harmonic sum on what is new: |X| 100 ms after minus |X| 60 ms before the attack (n 4096),
///    whitened as after; nothing where the rise is below .3 of the whole salience, stop below .45 of the first note.
/// True FluidR3 renders against their own MIDI: piano .95, guitar .97, harp .97, violin .79 (legato repeats leave no trace
/// in that font); see tests.
std::vector<NoteOnset> find_onsets(std::span<const float> normalised);

/// The attacks that the phrase asks for.
std::vector<NoteOnset> phrase_onsets(const audio::Phrase& phrase);

/// 2 hits / (found + wanted): a hit is the same note within `tolerance` seconds, each used once. 1 when both are empty.
double onset_f1(std::span<const NoteOnset> found, std::span<const NoteOnset> wanted, double tolerance = 0.05);

}  // namespace luthier
