#pragma once
#include <span>

#include "core/evaluate/clip_analysis.h"

namespace luthier {

// Distances of an output to its target, both analysed with equal lengths (fit_length). All throw EvaluationError when the
// lengths differ. Lower is better where nothing else is said.

/// Log-spectral distance in dB as in ss-vq-vae (Cífka et al. 2021): per mel band the RMS over time of the difference, then
/// the mean over bands.
double log_spectral_distance(const ClipAnalysis& output, const ClipAnalysis& target);
/// The same per frame: RMS over bands, then the mean over time.
double log_spectral_distance_by_frame(const ClipAnalysis& output, const ClipAnalysis& target);
/// Mean |difference| of log_mel, nepers.
double mel_l1(const ClipAnalysis& output, const ClipAnalysis& target);
/// 10 / ln 10 * mean over frames of sqrt(2 sum of c1 … c13 (difference)^2) / sqrt(40), dB; no time warping.
double mel_cepstral_distortion(const ClipAnalysis& output, const ClipAnalysis& target);
/// 1 - cosine of the time means of c1 … c12; 1 where one of them is zero.
double timbre_distance(const ClipAnalysis& output, const ClipAnalysis& target);
/// Mean over time of 1 - |A and B| / |A or B|, 0 where both are empty; over the shorter of the two.
double pitch_jaccard_distance(std::span<const NoteSet> a, std::span<const NoteSet> b);

// Guards against a blurred mean, which lowers LSD: ratios output / target, 1 is best.

double flux_ratio(const ClipAnalysis& output, const ClipAnalysis& target);
double high_band_ratio(const ClipAnalysis& output, const ClipAnalysis& target);
/// Mean over the wanted attacks of the steepest rise of the level over 20 ms, from 30 ms before to 120 ms after, in dB/s.
double attack_slope(const ClipAnalysis& clip, std::span<const NoteOnset> wanted);

}  // namespace luthier
