#pragma once
#include "audio/audio_buffer.h"

namespace luthier {

/// Two sounds brought together, and what is left when the second is taken from the first.
struct SoundDifference {
  audio::AudioBuffer first, second;  ///< at the higher of the two rates, one length (the shorter is padded), equal channels
  audio::AudioBuffer residual;       ///< first - second, sample by sample; silence for two equal sounds
  double gain_db = 0;                ///< given to the second
  double residual_db = 0;            ///< RMS of the residual below that of the first, dB; -200 for silence
};

/// Sounds of different channel counts are mixed to mono. `equal_loudness`: the second gets the first's loudness (EBU R 128, or
/// RMS where that has no value), as they are heard on the page Compare. Throws audio::AudioError for an empty sound.
SoundDifference subtract_sounds(const audio::AudioBuffer& first, const audio::AudioBuffer& second, bool equal_loudness);

/// What the first has more of than the second, whatever their phases: the first's spectrum (2048 samples, hop 512) with the
/// second's magnitudes taken off, at least 0. Of two sounds as subtract_sounds gives them.
audio::AudioBuffer excess_of(const audio::AudioBuffer& first, const audio::AudioBuffer& second);

}  // namespace luthier
