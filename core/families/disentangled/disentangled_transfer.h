#pragma once
#include <memory>

#include "core/families/disentangled/networks.h"
#include "core/families/family.h"

namespace luthier::disentangled {

/// Loads a run's networks with the statistics and mean styles that belong to them. Throws CheckpointError.
std::shared_ptr<Networks> load_networks(const Checkpoint& checkpoint, const Settings& settings, torch::Device device);
/// The labels of a run by their number.
std::vector<std::string> labels_of(const Checkpoint& checkpoint);

/// Section by section, groups of as many sections as training saw, each group beginning with sections of the one before. The
/// result's STFT is the model's, phase included; its constant-Q bins are those of its own sound.
std::unique_ptr<FamilyTransfer> make_disentangled_transfer(const Checkpoint& checkpoint, const Settings& settings, torch::Device device);

}  // namespace luthier::disentangled
