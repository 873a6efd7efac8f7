#pragma once
#include <filesystem>
#include <map>
#include <string>

namespace luthier {

/// In the record of a checkpoint that no transfer can be made with yet: the phase that has still to begin.
inline constexpr const char* kAwaitedPhase = "awaited_phase";

/// Time of training behind a checkpoint, over all sittings.
inline constexpr const char* kTrainingMinutes = "training_minutes";

/// The record alone, without a tensor being read. Throws CheckpointError as load_checkpoint() does.
std::map<std::string, std::string> load_checkpoint_record(const std::filesystem::path& path);

}  // namespace luthier
