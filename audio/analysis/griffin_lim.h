#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "audio/analysis/stft.h"

namespace luthier::audio {

/// The initialisers are librosa.griffinlim's defaults (fast Griffin-Lim of Perraudin, Balazs and Sondergaard
/// 2013).
struct GriffinLimOptions {
  StftOptions stft;
  int iterations = 32;
  float momentum = 0.99f;           ///< 0: the classical method
  std::uint64_t seed = 0;           ///< of the random start phase
  const Spectrum* phase = nullptr;  ///< start phase: only its angles are used; null: random
  std::size_t length = 0;           ///< samples of the result; 0: hop * (frames - 1)
  std::function<bool(int iteration)>
      keep_going;  ///< asked before each iteration; false stops early with what there is
};

/// Sound whose STFT magnitudes come near `magnitude` [bin][frame]. Deterministic for one seed on one machine.
/// Throws AudioError when the bins do not fit n_fft or the phase's shape differs.
std::vector<float> griffin_lim(const Spectrogram& magnitude, const GriffinLimOptions& options);

/// Spectral convergence || |STFT(x)| - magnitude || / || magnitude ||, a measure of what was reached.
double spectral_convergence(std::span<const float> samples, const Spectrogram& magnitude,
                            const StftOptions& stft);

}  // namespace luthier::audio
