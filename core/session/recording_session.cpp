#include "core/session/recording_session.h"

#include <algorithm>

#include "audio/writer.h"
#include "core/session/content_hash.h"
#include "core/session/import_session.h"
#include "core/session/text_file.h"
#include "db/clip_store.h"
#include "db/recording_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

fs::path new_file(const Workspace& workspace) {
  std::string stamp = utc_now();
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  fs::path file = workspace.audio() / ("recorded-" + stamp + ".wav");
  std::error_code error;
  fs::create_directories(workspace.audio(), error);
  for (int n = 2; fs::exists(file, error); ++n) file = workspace.audio() / ("recorded-" + stamp + "-" + std::to_string(n) + ".wav");
  return file;
}

}  // namespace

db::ClipId keep_recording(const Workspace& workspace, const audio::AudioBuffer& sound, const std::string& source, const std::string& label) {
  if (sound.empty()) throw SessionError("nothing was recorded; is the input switched on?");
  const fs::path file = new_file(workspace);
  audio::write_audio(file, sound, audio::FileFormat::wav16);
  ImportRequest request;
  request.paths = {file};
  request.label = label;
  request.source = "recorded: " + source;
  request.in_place = true;
  request.cutting.clip_seconds = 0;
  request.cutting.trim = false;
  const ImportResult result = import_sounds(workspace, request);
  if (!result.skipped.empty() && !result.skipped.front().duplicate) throw SessionError(result.skipped.front().reason);
  const auto catalog = workspace.open_catalog();
  const auto recording = catalog->recordings().find_by_sha256(sha256_of_file(file));
  const auto clips = recording ? catalog->clips().of_recording(recording->id) : std::vector<db::ClipId>();
  if (clips.empty()) throw SessionError("the recording lies in '" + file.string() + "', but could not be listed; import it by hand");
  return clips.front();
}

}  // namespace luthier
