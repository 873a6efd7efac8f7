#pragma once
#include <string>
#include <utility>
#include <vector>

#include "audio/audio_buffer.h"
#include "core/evaluate/evaluation_table.h"

namespace luthier {

/// Figures of a sound against a reference, in the order of the measuring protocol's table: "log_spectral_distance_db",
/// "mel_l1_nepers", "mel_cepstral_distortion_db", "timbre_distance", "pitch_jaccard_distance", "notes_kept" (1 - the one
/// before), "onset_f1" (against the attacks that are found in the reference), "flux_ratio", "high_band_ratio". Both at their own rates; the sound is cut or padded to the reference. Throws
/// EvaluationError for less than a second.
std::vector<std::pair<std::string, double>> sound_figures(const audio::AudioBuffer& sound, const audio::AudioBuffer& reference);
/// How to show them: titles, units, which way is better. Without "notes_kept", which says the same as the distance.
const std::vector<MetricInfo>& sound_figure_columns();
/// One of them by name; NaN where it is not there.
double figure_named(const std::vector<std::pair<std::string, double>>& figures, const std::string& name);

}  // namespace luthier
