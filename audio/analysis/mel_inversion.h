#pragma once
#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/spectrogram.h"

namespace luthier::audio {

/// Linear spectrum [bin][frame] >= 0 whose mel picture is nearest to `mel` [band][frame] (least squares,
/// non-negative): librosa.util.nnls as feature.inverse.mel_to_stft uses it, before its root. Works on power
/// or on magnitude, whatever the filterbank was applied to. The problem has fewer equations than unknowns, so
/// solutions differ where the mel picture does not look; this one starts where librosa starts (clipped
/// least-norm solution) and descends to a residual at least as small. Slow: for parity and single clips; see
/// mel_to_linear_fast.
Spectrogram mel_to_linear(const Spectrogram& mel, const MelFilterbank& filterbank, int iterations = 200);

struct FastInversionOptions {
  int iterations = 60;                 ///< 30 are enough with a good start
  const Spectrogram* start = nullptr;  ///< [bin][frame]; null: the clipped least-norm solution
};

/// The same by multiplicative updates V <- V * (B' M) / (B' B V), using that a bin belongs to at most two
/// bands. Keeps the fine structure of `start` (the content's own spectrum), which the mel picture does not
/// hold.
Spectrogram mel_to_linear_fast(const Spectrogram& mel, const MelFilterbank& filterbank,
                               const FastInversionOptions& options = {});

/// A start for mel_to_linear_fast: the content's magnitudes [bin][frame], each bin scaled by how much the
/// wanted mel differs from the content's own mel around it. `floor` is added to the content first, so that
/// silence can be filled.
Spectrogram guided_start(const Spectrogram& content, const Spectrogram& mel, const MelFilterbank& filterbank,
                         float floor = 1e-3f);

}  // namespace luthier::audio
