#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/session/transfer_record.h"
#include "core/session/transfer_session.h"

namespace luthier {

/// A request that does a recorded transfer again.
struct RestoredTransfer {
  TransferRequest request;           ///< without outputs; what was not found is left empty
  TransferRecord record;
  bool model_found = true;
  std::vector<std::string> missing;  ///< one sentence for each part that is not here any more, or is not what it was
};

/// Reads the record that `result` is or carries and finds its parts: the model by run or file, content and style by clip, path
/// or content hash in the workspace (which may be empty: files alone). Reads files of sounds for their hashes. Throws SessionError where there is no record.
RestoredTransfer restore_transfer(const std::filesystem::path& workspace, const std::filesystem::path& result);

/// The recorded transfer up to `step`, going on from there with `changes` (seed, temperature, guidance, eta). Throws
/// ConfigError: a part is missing, the model cannot branch, or there is no such step.
TransferRequest branch_of(const RestoredTransfer& origin, int step, const Config& changes);

}  // namespace luthier
