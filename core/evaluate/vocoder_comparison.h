#pragma once
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "audio/audio_buffer.h"
#include "core/evaluate/evaluation_table.h"
#include "core/run/progress.h"
#include "core/signal/representation.h"

namespace luthier {

// Vocoders are measured by reconstruction: a clip is analysed, turned back into sound by each of them from the spectrogram
// alone, and compared with itself at 16 kHz: spectral convergence, LSD, MCD, mel-L1, Jaccard distance of the tracked pitches,
// flux and high-band ratios, computing time over duration on one thread. The same clips for all.

/// A way from a spectrogram back to sound.
struct VocoderSystem {
  std::string name;
  RepresentationSpec spec;  ///< of what it inverts
  std::function<std::vector<float>(const torch::Tensor& features)> decode;  ///< [1, band, frame] -> samples at spec.sample_rate
  long parameters = 0;
  double training_minutes = -1;
};

/// NNLS and Griffin-Lim from a random phase, by the representation's own inverse.
VocoderSystem griffin_lim_system(const RepresentationSpec& spec, int iterations = 32);

/// A clip that every vocoder is given, at a peak of kComparedPeak.
struct VocoderClip {
  audio::AudioBuffer sound;  ///< at least 1 s
  int group = 0;             ///< 0 …; clips of one phrase or recording share it: intervals are over groups
  std::string name;          ///< for messages
};
inline constexpr double kComparedPeak = 0.7;  ///< inside the levels that vocoders are trained on

/// A row for each system, in their order; protocol "vocoders". Blocks; `progress` may be empty. Throws EvaluationError, or what
/// a system throws; a stop gives the rows finished so far with outcome `cancelled`.
EvaluationTable compare_vocoders(const std::vector<VocoderClip>& clips, const std::vector<VocoderSystem>& systems,
                                 const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
