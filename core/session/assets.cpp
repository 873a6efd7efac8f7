#include "core/session/assets.h"

#include <cstdlib>

#include "build_info.inc"
#include "core/session/workspace.h"

namespace luthier {

namespace fs = std::filesystem;

fs::path program_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path();
}

std::vector<fs::path> asset_folders() {
  std::vector<fs::path> all;
  const auto add = [&](const fs::path& folder) {
    std::error_code error;
    if (!folder.empty() && fs::is_directory(folder, error)) all.push_back(folder);
  };
  if (const char* set = std::getenv("LUTHIER_ASSETS")) add(set);
  if (const fs::path program = program_folder(); !program.empty()) add(program.parent_path() / "share" / "luthier");
  add(kAssets);
  return all;
}

fs::path find_asset(const fs::path& name) {
  std::error_code error;
  for (const auto& folder : asset_folders())
    if (fs::exists(folder / name, error)) return folder / name;
  throw SessionError("the program's own file '" + name.string() + "' is missing; install Luthier again, or set LUTHIER_ASSETS to its assets folder");
}

}  // namespace luthier
