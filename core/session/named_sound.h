#pragma once
#include <optional>
#include <stop_token>
#include <string>

#include "audio/audio_buffer.h"
#include "core/session/workspace.h"
#include "db/ids.h"

namespace luthier {

/// A sound that a request names, with what its record says of it.
struct NamedSound {
  audio::AudioBuffer sound;
  std::string name, sha256;
  std::optional<db::ClipId> clip;  ///< none: a file
};

/// `name` is the path of a sound file or, where there is a workspace, a clip's number. `workspace` and `catalog` may be null
/// together. Throws SessionError or audio::AudioError.
NamedSound named_sound(const Workspace* workspace, db::Catalog* catalog, const std::string& name, const std::stop_token& stop = {});
bool is_clip_number(const std::string& text);

}  // namespace luthier
