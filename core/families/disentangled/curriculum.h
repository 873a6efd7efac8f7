#pragma once
#include <vector>

#include "core/families/disentangled/disentangled_settings.h"
#include "core/run/timeline.h"

namespace luthier::disentangled {

/// What each part of the loss counts at one moment.
struct LossWeights {
  double reconstruction = 1, contrast = 0, margin = 0, independence = 0, adversarial = 0, critic = 0;
};

/// The four phases as phases of the run (one, "training", without a curriculum). Steps are at least 1 each and sum to
/// `settings.steps`.
std::vector<PhaseInfo> curriculum_phases(const Settings& settings);

/// Weights at `phase` (0-based) and `share` 0 … 1 of that phase. The published table:
///   phase  reconstruction  contrast  margin  independence  adversarial  critic
///   1      10              0         0       0             0            0
///   2      8               0.5       0.5     0             0            0
///   3      5               0.8       1       0.5           0            0
///   4      3               0.8       1       0.3           0.5 a        0.3 a      a = share of phase 4
/// is `contrast_first`. In `independence_first`, as the report tells it, the entries of contrast and margin come one phase
/// later and those of independence one earlier. `none`: reconstruction_3 and the entering weights from the start, all but
/// reconstruction fading in over `fixed_warmup`.
LossWeights curriculum_weights(const Settings& settings, int phase, double share);

/// The weights over all steps, by the names of their figures without "weight_"; only those that are ever above 0.
Timeline curriculum_timeline(const Settings& settings);

}  // namespace luthier::disentangled
