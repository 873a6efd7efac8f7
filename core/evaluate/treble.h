#pragma once
#include "audio/analysis/spectrogram.h"
#include "audio/audio_buffer.h"

namespace luthier {

/// Rate of wide protocols, Hz.
inline constexpr int kWideRate = 44100;

/// What lies above the band of the protocol's other figures, 8 to 16 kHz. A plain value.
struct TrebleAnalysis {
  audio::Spectrogram mel_db;  ///< [64][frame], n 4096, hop 1024 at 44.1 kHz: 10 log10(max(power, 1e-10)) of y / rms(y), floor 80 dB below the clip's loudest band
  double energy = 0;          ///< share of the clip's energy
};

/// Mixes to mono and resamples to 44.1 kHz. Throws EvaluationError for less than a second.
TrebleAnalysis analyse_treble(const audio::AudioBuffer& sound);
/// Log-spectral distance in dB: per band the RMS over time of the difference, then the mean over bands, over the frames that
/// both have.
double treble_distance(const TrebleAnalysis& output, const TrebleAnalysis& target);

}  // namespace luthier
