#include "core/session/named_sound.h"

#include "audio/reader.h"
#include "core/session/clip_sound.h"
#include "core/session/content_hash.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

NamedSound named_clip(const Workspace& workspace, db::Catalog& catalog, db::ClipId id) {
  const auto view = catalog.clips().view(id);
  if (!view) throw SessionError("there is no clip " + std::to_string(id.value) + "; luthierctl clips lists them");
  NamedSound out;
  out.sound = read_clip(workspace, *view);
  out.name = view->name + " (clip " + std::to_string(id.value) + (view->label.empty() ? "" : ", " + view->label) + ")";
  out.sha256 = view->clip.sha256;
  out.clip = id;
  return out;
}

}  // namespace

bool is_clip_number(const std::string& text) {
  return !text.empty() && text.size() < 18 && text.find_first_not_of("0123456789") == std::string::npos;
}

NamedSound named_sound(const Workspace* workspace, db::Catalog* catalog, const std::string& name, const std::stop_token& stop) {
  std::error_code error;
  if (workspace && catalog && is_clip_number(name) && !fs::exists(name, error)) return named_clip(*workspace, *catalog, {std::stoll(name)});
  NamedSound out;
  out.sound = audio::read_audio(name, stop);
  out.name = fs::path(name).filename().string();
  out.sha256 = sha256_of_file(name, stop);
  return out;
}

}  // namespace luthier
