#pragma once
#include <torch/types.h>

#include "core/families/latent_diffusion/studio_settings.h"

namespace luthier::studio {

/// Errors between two sounds as normalised log mel [batch, frame, band], scalars with gradients; 0 where they are equal (but for 1e-3 under a root).
/// Pure functions; any thread.

/// Mean absolute error of each band's level over the crop. An average of possible sounds is too quiet in every band where it
/// is unsure; this term asks for the energy back.
torch::Tensor energy_error(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& deviation);

/// The log-spectral distance itself: root mean square over the crop's frames for each band, averaged over the bands.
/// It weighs the large errors (a note's start, a tail that rings on) more than the mean absolute error does.
torch::Tensor distance_error(const torch::Tensor& a, const torch::Tensor& b);

/// The mel-cepstral distance without its scale: the norm of c1 … c13 of each frame's error, as root mean square over the bands, averaged over
/// the frames. It weighs what many bands have wrong together, the colour of a frame, more than the errors of single bands.
torch::Tensor cepstral_error(const torch::Tensor& a, const torch::Tensor& b);

/// How strongly each note from MIDI 36 to 96 is heard in a frame: the harmonic sum of core/evaluate/pitch_tracker.h (after A. Klapuri, "Multiple
/// fundamental frequency estimation by summing harmonic amplitudes", ISMIR 2006), read from mel bands and without its search note by note: ten
/// partials, 0.86 from one to the next, of the magnitude over the 0.6th power of its neighbourhood's. The strongest note of a frame has 1.
class NoteSalience {
 public:
  NoteSalience(const StudioSettings& settings, torch::Device device);
  /// ln mel [batch, frame, band] -> [batch, frame, note].
  torch::Tensor operator()(const torch::Tensor& log_mel) const;
  /// Mean absolute error of the salience over the frames of `b` that are within 45 dB of its loudest. Both ln mel, not normalised.
  torch::Tensor error(const torch::Tensor& a, const torch::Tensor& b) const;

 private:
  torch::Tensor level_;      ///< [band], ln of a band's weights summed: what a flat spectrum would give
  torch::Tensor neighbours_; ///< [band, band], columns sum to 1
  torch::Tensor partials_;   ///< [band, note]
};

}  // namespace luthier::studio
