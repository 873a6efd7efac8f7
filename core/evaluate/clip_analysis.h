#pragma once
#include <span>
#include <stdexcept>
#include <vector>

#include "audio/analysis/spectrogram.h"
#include "core/evaluate/note_set.h"

namespace luthier {

/// Every figure of core/evaluate is taken from mono sound at this rate, Hz.
inline constexpr int kEvaluationRate = 16000;

/// A clip or a setting that cannot be measured. One sentence: what, where, what to do.
class EvaluationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// All that the metrics look at in one clip, so that a target is analysed once and compared often. A plain value.
/// Front end: y / (rms(y) + 1e-12); STFT with periodic Hann and n/2 reflected samples, frame t centred at t * hop; Slaney
/// mel bands from 0 to 8 kHz, area-normalised.
struct ClipAnalysis {
  std::size_t samples = 0;
  audio::Spectrogram mel_db;   ///< [128][frame], n 2048, hop 512: 10 log10(max(power, 1e-10)), floor 80 dB below the clip's max
  audio::Spectrogram log_mel;  ///< [80][frame], n 1024, hop 256: ln(max(magnitude, 1e-5))
  audio::Spectrogram cepstra;  ///< [21][frame], orthonormal DCT-II of log_mel, c0 … c20
  std::vector<float> judge_mel;      ///< [frame][64], n 1024, hop 256: ln(magnitude + 1e-3), what the second judge sees
  std::vector<NoteSet> notes;        ///< every 50 ms
  std::vector<NoteOnset> onsets;     ///< in order of time
  std::vector<float> envelope_db;    ///< every 5 ms: level of 10 ms, floor 60 dB below the clip's maximum
  std::vector<double> embeddings;    ///< [window][40]: mean, then deviation, of c1 … c20 over 62 frames, every 31 frames
  double flux = 0.0;                 ///< mean over bands and frames of the rise of log_mel
  double high_band = 0.0;            ///< share of the energy above 4 kHz

  int windows() const { return static_cast<int>(embeddings.size()) / 40; }
};

/// Analyses mono samples at 16 kHz. Any thread. About 50 ms for 8 s. Throws EvaluationError for less than 1 s or for NaN
/// or infinite samples. Silence is allowed: it has no notes and lies at the floors.
ClipAnalysis analyse_clip(std::span<const float> samples);

/// Only what the judges and the Fréchet distance look at (cepstra, judge_mel, embeddings): a tenth of the time.
ClipAnalysis analyse_timbre(std::span<const float> samples);

/// Pads with zeros, or cuts, to `length`: how an output is brought to its target.
std::vector<float> fit_length(std::span<const float> samples, std::size_t length);

/// y / (rms(y) + 1e-12).
std::vector<float> normalise_rms(std::span<const float> samples);

}  // namespace luthier
