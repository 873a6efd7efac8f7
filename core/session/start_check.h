#pragma once
#include <filesystem>

#include "core/session/run_preparation.h"

namespace luthier {

// For before anything of a run is written.

/// Throws CheckpointError naming the file where no training can go on from it: weights alone, or networks of other shapes.
void check_resumable(const Checkpoint& checkpoint, const std::filesystem::path& file, Trainer& trainer);

/// Throws ConfigError naming the settings where the networks cannot take the weights that the run is to start from.
void check_start(const PreparedRun& run, Trainer& trainer);

/// Says something of the networks' shapes, and is taken over with the weights that a run starts from.
bool shapes_networks(const Setting& setting);

}  // namespace luthier
