#pragma once
#include "core/training/checkpoint.h"

namespace luthier::melgan {

/// A generator's state dictionary as it was published ("model.1.weight_g" …; multi_speaker.pt, linda_johnson.pt, netG.pt) as a
/// checkpoint of this family; sizes are read off the tensors. 22,050 Hz, window 1024, hop 256, as those were trained. Throws
/// CheckpointError naming what is missing.
Checkpoint checkpoint_from_public(const TensorMap& state);
/// Whether a state dictionary looks like one.
bool is_public_generator(const TensorMap& state);

}  // namespace luthier::melgan
