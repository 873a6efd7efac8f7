#pragma once
#include <filesystem>
#include <optional>

#include "core/session/transfer_record.h"
#include "core/session/transfer_session.h"
#include "db/ids.h"

namespace luthier {

/// Where a result goes, and what its row in the history says beside its record.
struct TransferPlace {
  std::filesystem::path workspace;  ///< empty: no history
  std::filesystem::path output;     ///< empty: a new folder in the workspace
  std::filesystem::path image;      ///< empty: no picture
  std::string folder_name;          ///< of a new folder
  std::optional<db::ClipId> content_clip, style_clip;
  bool kept = false;                ///< marked as kept in the history
};

/// For before the work: throws ConfigError where a file is there already or its name has no known ending, SessionError where
/// it cannot be written.
void check_transfer_place(const TransferPlace& place);

/// Writes sound, record and picture of a finished transfer, fills in `output` and `record` of the result, and adds a row to
/// the workspace's history (a failure of that alone is a message). Nothing is overwritten. Throws ConfigError, SessionError, audio::AudioError.
void write_transfer(TransferResult& result, const TransferRecord& record, const TransferPlace& place);

}  // namespace luthier
