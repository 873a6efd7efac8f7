#pragma once
#include <string>

#include "audio/audio_buffer.h"
#include "core/session/workspace.h"
#include "db/ids.h"

namespace luthier {

/// Keeps a recording as audio/recorded-<utc>.wav (16 bit) and as one clip of the catalog. `source` says where it came from.
/// Throws SessionError (nothing was recorded, or the workspace cannot be written), audio::AudioError, db::DbError.
db::ClipId keep_recording(const Workspace& workspace, const audio::AudioBuffer& sound, const std::string& source, const std::string& label = {});

}  // namespace luthier
