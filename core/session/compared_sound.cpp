#include "core/session/compared_sound.h"

#include "audio/reader.h"
#include "core/session/clip_sound.h"
#include "core/session/workspace.h"
#include "db/clip_store.h"

namespace luthier {

ComparedSound read_named_sound(const std::filesystem::path& workspace, const std::string& name) {
  std::error_code error;
  const bool number = !name.empty() && name.size() < 18 && name.find_first_not_of("0123456789") == std::string::npos;
  if (!number || workspace.empty() || std::filesystem::exists(name, error)) return {std::filesystem::path(name).stem().string(), audio::read_audio(name)};
  const Workspace opened = Workspace::open(workspace);
  const auto view = opened.open_catalog()->clips().view({std::stoll(name)});
  if (!view) throw SessionError("there is no clip " + name + "; luthierctl clips lists them");
  const std::string stem = std::filesystem::path(view->name).stem().string();
  return {view->label.empty() ? stem : stem + " (" + view->label + ")", read_clip(opened, *view)};
}

}  // namespace luthier
