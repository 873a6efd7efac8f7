#include "core/session/sound_figures.h"

#include <limits>

#include "audio/resampler.h"
#include "core/evaluate/metrics.h"
#include "core/evaluate/note_onsets.h"

namespace luthier {

std::vector<std::pair<std::string, double>> sound_figures(const audio::AudioBuffer& sound, const audio::AudioBuffer& reference) {
  const auto at_rate = [](const audio::AudioBuffer& s) { return audio::resample(s.mono(), s.sample_rate, kEvaluationRate); };
  const auto wanted = at_rate(reference);
  const ClipAnalysis target = analyse_clip(wanted);
  const ClipAnalysis output = analyse_clip(fit_length(at_rate(sound), wanted.size()));
  const double distance = pitch_jaccard_distance(output.notes, target.notes);
  return {{"log_spectral_distance_db", log_spectral_distance(output, target)},
          {"mel_l1_nepers", mel_l1(output, target)},
          {"mel_cepstral_distortion_db", mel_cepstral_distortion(output, target)},
          {"timbre_distance", timbre_distance(output, target)},
          {"pitch_jaccard_distance", distance},
          {"notes_kept", 1.0 - distance},
          {"onset_f1", onset_f1(output.onsets, target.onsets)},
          {"flux_ratio", flux_ratio(output, target)},
          {"high_band_ratio", high_band_ratio(output, target)}};
}

const std::vector<MetricInfo>& sound_figure_columns() {
  using enum Better;
  static const std::vector<MetricInfo> columns{
      {"log_spectral_distance_db", "LSD", "dB", lower, 2, "Log-spectral distance: RMS over time per mel band, mean over bands."},
      {"mel_cepstral_distortion_db", "MCD", "dB", lower, 2, "Mel-cepstral distortion, c1 to c13, frame by frame."},
      {"mel_l1_nepers", "mel-L1", "neper", lower, 3, "Mean difference of log-mel magnitudes."},
      {"timbre_distance", "timbre", "", lower, 4, "1 - cosine of the mean cepstra c1 to c12."},
      {"pitch_jaccard_distance", "JD", "", lower, 3, "Pitch-set Jaccard distance to the truth, every 50 ms: 0 keeps every note."},
      {"onset_f1", "onset F1", "", higher, 3, "Attacks of the right note within 50 ms of the truth's."},
      {"flux_ratio", "flux", "ratio", one, 2, "Spectral flux, sound / truth; below 1 it is blurred."},
      {"high_band_ratio", "high band", "ratio", one, 2, "Share of the energy at 4 to 8 kHz, sound / truth."}};
  return columns;
}

double figure_named(const std::vector<std::pair<std::string, double>>& figures, const std::string& name) {
  for (const auto& [key, value] : figures)
    if (key == name) return value;
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace luthier
