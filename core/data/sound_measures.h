#pragma once
#include <span>
#include <string>
#include <vector>

namespace luthier {

/// What a data set's analysis says of one sound. Spectral measures are librosa's (2048-sample frames, hop 512, zero padding),
/// averaged over frames with sound.
struct SoundMeasures {
  double seconds = 0;
  double rms = -200, peak = -200;  ///< dBFS
  double dynamic_range = 0;        ///< dB between the 10th and the 95th percentile of the level of 100 ms, floor -80 dBFS
  double sounding = 0;             ///< share of 100 ms frames above -45 dBFS
  double centroid = 0, bandwidth = 0, rolloff = 0;  ///< Hz; roll-off at 85 % of the magnitude
  double flatness = 0;             ///< geometric over arithmetic mean of the power, 0 … 1
  double zero_crossings = 0;       ///< share of samples after which the sign changes
};

/// Mono samples. Any thread; about 30 ms for 10 s. Nothing but the length for fewer than 2 samples.
SoundMeasures measure_sound(std::span<const float> samples, int sample_rate);

/// A measure by name, for tables and plots.
struct MeasureInfo {
  const char* id;     ///< "centroid"
  const char* title;  ///< "centroid"
  const char* unit;   ///< "Hz"
  double SoundMeasures::*value;
};
const std::vector<MeasureInfo>& sound_measures();

/// RMS level of consecutive stretches of `seconds`, dBFS (at least -200); the last stretch may be shorter.
std::vector<double> levels(std::span<const float> samples, int sample_rate, double seconds = 0.1);

}  // namespace luthier
