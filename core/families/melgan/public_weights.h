#pragma once
#include "core/nn/melgan.h"
#include "core/training/checkpoint.h"

namespace luthier::melgan {

/// A generator's state dictionary as it was published ("model.1.weight_g" …; multi_speaker.pt, linda_johnson.pt, netG.pt) as a
/// checkpoint of this family; sizes are read off the tensors. 22,050 Hz, window 1024, hop 256, as those were trained. Throws
/// CheckpointError naming what is missing.
Checkpoint checkpoint_from_public(const TensorMap& state);
/// Whether a state dictionary looks like one.
bool is_public_generator(const TensorMap& state);

/// Whether a state dictionary looks like published critics ("model.disc_0.model.layer_0.1.weight_g" …; netD.pt).
bool is_public_critic(const TensorMap& state);
/// Critics out of published weights (prefix empty) or out of a run's checkpoint ("model.critic."); their width is read off the
/// tensors. Throws CheckpointError naming `file` where there are none, or the tensor that is missing.
nn::MelGanCritic critic_of(const TensorMap& state, const std::string& prefix, const std::string& file);

}  // namespace luthier::melgan
