#pragma once
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/run/progress.h"
#include "core/session/compared_sound.h"

namespace luthier {

/// One sound of a comparison measured against the truth.
struct ComparedFigures {
  std::string title;
  bool truth = false;                                   ///< this one is the truth itself, and has no figures
  std::vector<std::pair<std::string, double>> figures;  ///< as sound_figures gives them; empty: not measured
  std::string not_measured;                             ///< why (too short, not finite), one sentence
};

/// All sounds against number `truth`, in their order. Blocks, about a tenth of a second for 8 s of sound. Throws ConfigError when
/// there is no such sound, Cancelled on a stop.
std::vector<ComparedFigures> compare_to_truth(const std::vector<ComparedSound>& sounds, std::size_t truth, const ProgressSink& progress = {},
                                              std::stop_token stop = {});
/// "sound,role,log_spectral_distance_db,mel_cepstral_distortion_db,mel_l1_nepers,…,remark": a line for each sound; names of columns
/// say their units.
std::string figures_csv(const std::vector<ComparedFigures>& rows);

}  // namespace luthier
