#pragma once
#include <stop_token>

#include "core/data/clip_set.h"
#include "core/training/checkpoint.h"

namespace luthier::disentangled {

/// Do style and content really hold different things? Linear readings (ridge regression, standardised inputs) of what an
/// embedding tells, learned on the run's training clips and measured on its other clips.
struct PartProbe {
  std::int64_t training_clips = 0, measured_clips = 0;
  double chance = 0;                ///< share of the most frequent label among the measured
  double label_from_content = 0;    ///< share told right from the mean content vector; near `chance` where the parts are apart
  double label_from_style = 0;      ///< the same from the style vector; near 1 where style is style
  double pitch_from_content = 0;    ///< R^2 of a clip's twelve pitch classes (from the constant-Q bins); high is good
  double pitch_from_style = 0;      ///< near 0 (or below: worse than the mean) where the parts are apart
};

/// `clips` in the family's representation, with the splits of the run; clips shorter than a section are left out. Throws
/// ConfigError where too few clips are left, CheckpointError, Cancelled on a stop.
PartProbe probe_parts(const Checkpoint& checkpoint, const ClipSet& clips, torch::Device device, std::stop_token stop);

/// Ridge regression with an intercept, inputs standardised: predictions [test, output] for inputs [train, input], outputs [train,
/// output].
torch::Tensor linear_reading(const torch::Tensor& train_inputs, const torch::Tensor& train_outputs, const torch::Tensor& test_inputs);

}  // namespace luthier::disentangled
