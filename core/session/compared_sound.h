#pragma once
#include <filesystem>
#include <string>

#include "audio/audio_buffer.h"

namespace luthier {

struct ComparedSound {
  std::string title;  ///< "content", "style", "result" …
  audio::AudioBuffer sound;
  std::string record = {};  ///< what made it (JSON); a file it is written to carries this instead of the comparison's; empty: no other
};

/// A sound as people name it: a file, or a clip's number in the workspace (which may be empty where none is meant). The title is
/// the file's name without its ending, or the clip's recording and label. Throws audio::AudioError, SessionError or db::DbError.
ComparedSound read_named_sound(const std::filesystem::path& workspace, const std::string& name);

}  // namespace luthier
