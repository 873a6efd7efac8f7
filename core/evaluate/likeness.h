#pragma once
#include <span>

namespace luthier {

/// The rate of the disentangled system's own figures, Hz.
inline constexpr int kLikenessRate = 22050;

/// The figures by which the disentangled system's authors judged reconstruction; librosa's definitions (2048-sample frames, hop
/// 512, tuning 0). Both sounds are cut to the shorter.
struct ReconstructionLikeness {
  double chroma_distance = 0;    ///< mean over frames of the distance of 12 chroma values (each frame's largest is 1); 0 is best
  double onset_f1 = 0;           ///< attacks in the very same frame; 1 is best
  double pitch_correlation = 0;  ///< Pearson's r of each frame's mean pitch (piptrack); 0 where one does not vary
  double magnitude_error = 0;    ///< mean squared error of |STFT| (1024, hop 256, reflected)
};

/// The same authors' figures of a transfer.
struct TransferLikeness {
  double chroma_correlation = 0;    ///< Pearson's r over time of each chroma value against the source, mean of 12
  double cepstral_distance = 0;     ///< mean over frames of the distance of 13 MFCCs to a clip of the target instrument
  double spectrum_correlation = 0;  ///< Pearson's r of the |STFT| summed over time, against that clip
  double structure_difference = 0;  ///< mean |difference| of the self-recurrence of the MFCCs against the source; 0 is best
};

/// Mono samples at kLikenessRate. Throw EvaluationError for less than a second.
ReconstructionLikeness reconstruction_likeness(std::span<const float> made, std::span<const float> original);
TransferLikeness transfer_likeness(std::span<const float> made, std::span<const float> source, std::span<const float> target);

}  // namespace luthier
