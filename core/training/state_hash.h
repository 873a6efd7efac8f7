#pragma once
#include <string>

#include "core/training/state.h"

namespace luthier {

/// In the record of a checkpoint that a run can go on from: state_hash() of its tensors as they were in memory when it was saved.
inline constexpr const char* kStateHash = "state_hash";

/// 16 hex digits of every tensor's name, number type, shape and bytes (on CPU). Equal for equal states, bit for bit; meant to find a
/// state that is not whole, not to withstand forgery. Some GB/s, so that it costs little beside writing the tensors.
std::string state_hash(const TensorMap& tensors);

}  // namespace luthier
