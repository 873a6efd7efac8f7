#include "core/session/clip_sound.h"

#include "audio/reader.h"

namespace luthier {

audio::AudioBuffer read_clip(const Workspace& workspace, const db::ClipView& view) {
  const auto file = workspace.resolve(view.path);
  audio::AudioBuffer sound = audio::read_audio(file, view.clip.start_frame, view.clip.frame_count);
  if (static_cast<std::int64_t>(sound.length()) < view.clip.frame_count)
    throw SessionError("'" + file.string() + "' is shorter than the catalog says; put the imported file back, or remove its clips and import it again");
  for (auto& channel : sound.channels) channel.resize(static_cast<std::size_t>(view.clip.frame_count + view.clip.pad_frames));
  return sound;
}

}  // namespace luthier
