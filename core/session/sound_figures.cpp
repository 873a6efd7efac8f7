#include "core/session/sound_figures.h"

#include <limits>

#include "audio/resampler.h"
#include "core/evaluate/metrics.h"

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
          {"flux_ratio", flux_ratio(output, target)},
          {"high_band_ratio", high_band_ratio(output, target)}};
}

double figure_named(const std::vector<std::pair<std::string, double>>& figures, const std::string& name) {
  for (const auto& [key, value] : figures)
    if (key == name) return value;
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace luthier
