#pragma once
#include "audio/audio_buffer.h"
#include "core/session/workspace.h"
#include "db/rows.h"

namespace luthier {

/// A clip's sound as it was cut: its frames of the recording at the recording's own rate and channels, then its padding of
/// zeros. Throws audio::AudioError, or SessionError when the file is shorter than the catalog says.
audio::AudioBuffer read_clip(const Workspace& workspace, const db::ClipView& view);

}  // namespace luthier
