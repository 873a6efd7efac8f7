#pragma once
#include <span>
#include <vector>

#include "audio/audio_buffer.h"

namespace luthier::audio {

/// Gives sound that ends at `edge` Hz the treble of another sound: bins below the edge are copied upwards (spectral band
/// replication: Dietz, Liljeryd, Kjorling and Kunz 2002), and in each third of an octave their level follows the level
/// below the edge as it does in `example`, by a line fitted to the example's frames.
struct BandExtensionOptions {
  double edge = 8000;         ///< Hz; the sound is taken to be whole up to 93 % of it
  double source_octaves = 0.5;///< width of the band below the edge that is copied
  double floor_db = 50;       ///< example frames this far below its loudest say nothing
};

/// `samples` at `rate` Hz, mono; the example at any rate, mixed to mono. Treble is made up to the lower of both Nyquist
/// frequencies. Returns the sound with its treble, of the same length; unchanged where there is no room above the edge, or
/// either sound is silent or shorter than a frame (about 46 ms). Throws AudioError for a rate or edge that is not positive.
std::vector<float> extend_band(std::span<const float> samples, int rate, const AudioBuffer& example, const BandExtensionOptions& options = {});

}  // namespace luthier::audio
