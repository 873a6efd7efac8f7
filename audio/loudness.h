#pragma once
#include <optional>
#include <span>

#include "audio/audio_buffer.h"

namespace luthier::audio {

double rms(std::span<const float> samples);   ///< linear, over all samples; 0 for none
double peak(std::span<const float> samples);  ///< largest |sample|; 0 for none
double rms(const AudioBuffer& buffer);
double peak(const AudioBuffer& buffer);
/// 20 log10, at least -200 dBFS.
double to_dbfs(double amplitude);
double from_dbfs(double dbfs);

/// Integrated loudness, EBU R 128, LUFS. No value when the library was built without libebur128, or when the
/// sound is shorter than 0.4 s or below the gate (-70 LUFS).
std::optional<double> loudness_lufs(const AudioBuffer& buffer);

/// Gain so that the RMS is `target_rms`, but never so much that the peak passes `max_peak`. Silence is left
/// alone.
void normalise_rms(AudioBuffer& buffer, double target_rms, double max_peak = 1.0);
/// Gain so that the peak is `target_peak`. Silence is left alone.
void normalise_peak(AudioBuffer& buffer, double target_peak = 0.98);
void apply_gain(AudioBuffer& buffer, float gain);

}  // namespace luthier::audio
