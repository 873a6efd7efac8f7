#pragma once
#include <cstdint>
#include <filesystem>
#include <initializer_list>

#include "core/families/family.h"
#include "core/training/checkpoint.h"

namespace luthier {

/// Throws CheckpointError naming the file where its record lacks one of the entries, or a weight is no number (NaN).
void check_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& file, std::initializer_list<const char*> entries = {"family", "config"});
/// The family that its record names. Throws CheckpointError naming the file where there is none.
const Family& family_of(const Checkpoint& checkpoint, const std::filesystem::path& file);
/// The step after which it was saved. Throws CheckpointError naming the file.
std::int64_t step_of(const Checkpoint& checkpoint, const std::filesystem::path& file);

}  // namespace luthier
