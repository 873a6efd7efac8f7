#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/data/vocoder_clips.h"
#include "core/families/translation.h"

/// What the vocoders share: the spectrogram that they invert, scores beside Griffin-Lim on the same clips, and windows over
/// long spectrograms. The networks and losses are the families'.
namespace luthier {

/// Which spectrogram a vocoder turns into sound.
struct VocoderSound {
  std::string kind = "log10_mel";
  std::int64_t rate = 22050, n_fft = 1024, hop = 256, bands = 80, frames = 32;
  std::string labels;

  template <class V>
  void describe(V& v) {
    v.group("Sound");
    v.choice("kind", kind, {"log10_mel", "log_mel"}, "Spectrogram to invert: MelGAN's and TraVelGAN's, or that of the studio models.");
    v.number("rate", rate, 8000, 48000, "Hz", "Sample rate.");
    v.number("n_fft", n_fft, 128, 8192, "samples", "Length of the analysis window.");
    v.number("hop", hop, 16, 4096, "samples", "From one analysis frame to the next.");
    v.number("bands", bands, 8, 512, "bands", "Mel bands.");
    v.number("frames", frames, 8, 4096, "frames", "Length of a training crop.");
    v.text("labels", labels, "Labels to learn from, separated by commas; empty: all.");
  }
  RepresentationSpec spec() const;      ///< what it inverts
  RepresentationSpec waveform() const;  ///< what it is trained on
  /// Throws ConfigError where a crop is shorter than a window of the analysis.
  void check() const;
};

/// How near made sound is to the truth, averaged over a batch.
struct VocoderScore {
  double mel_l1 = 0;                ///< in the unit of the representation
  double spectral_convergence = 0;  ///< | |S| - |S'| | / | |S| | of the STFT magnitude, Frobenius norms
  double log_distance = 0;          ///< dB; root mean square over bins of the log magnitudes, mean over frames
};
/// samples: [batch, 1, sample], both of one length of at least a window.
VocoderScore vocoder_score(const torch::Tensor& made, const torch::Tensor& real, const BatchMel& mel);
/// The same for Griffin-Lim (32 iterations) on these features, from the representation's own inverse.
VocoderScore griffin_lim_score(const VocoderBatch& truth, const BatchMel& mel);
/// Mean absolute difference of the mel spectrograms, with its graph.
torch::Tensor mel_distance(const torch::Tensor& made, const torch::Tensor& real, const BatchMel& mel);
/// Figures "mel_l1" (the criterion), "spectral_convergence", "log_distance_db" and Griffin-Lim's beside them.
Figures score_figures(const VocoderScore& score, const VocoderScore& griffin_lim);
/// Sound with its picture; samples [sample].
Preview sound_preview(const std::string& title, const torch::Tensor& samples, const BatchMel& mel, const torch::Tensor& features);

/// Decodes log10 magnitudes at the level that a vocoder was trained at: features are raised (or lowered) so that their loudest value
/// is `loudest`, what is silent staying so, and the samples are brought back by as much.
std::vector<float> decode_at_level(const torch::Tensor& features, double loudest, const std::function<std::vector<float>(const torch::Tensor& raised)>& decode);

/// Features [1, band, frame] in overlapped windows through `pass` ([1, band, window] on CPU -> [1, 1, window * hop]).
std::vector<float> decode_in_windows(const torch::Tensor& features, const RepresentationSpec& spec, std::int64_t window, std::int64_t overlap,
                                     std::stop_token stop,
                                     const std::function<torch::Tensor(const torch::Tensor& part, std::int64_t index)>& pass);

}  // namespace luthier
