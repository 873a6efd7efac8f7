#pragma once
#include <span>
#include <vector>

namespace luthier::audio {

/// When a sound counts as silent, and how another one follows it.
struct SilenceGateOptions {
  double threshold_db = 66;  ///< below the loudest 10 ms
  double hold = 0.6;         ///< s of silence that pass untouched: what rings on may ring
  double fade = 0.4;         ///< s from untouched to nothing
  double attack = 0.02;      ///< s before sound begins again that are open
};

/// Fades `result` out where `guide` stays silent, so that noise which a model makes of nothing is not heard. Both mono, at
/// `rate` Hz, sample for sample side by side; a longer result follows the guide's end. A silent guide leaves all as it is.
void follow_silence(std::span<float> result, std::span<const float> guide, int rate, const SilenceGateOptions& options = {});

}  // namespace luthier::audio
