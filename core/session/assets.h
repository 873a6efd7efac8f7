#pragma once
#include <filesystem>
#include <vector>

namespace luthier {

/// Folders that hold what the program ships, best first: $LUTHIER_ASSETS, <program>/../share/luthier, then the sources'
/// assets/ that this build came from. Only those that exist.
std::vector<std::filesystem::path> asset_folders();
/// A shipped file such as "fonts/DejaVuSans.ttf". Throws SessionError when no folder has it.
std::filesystem::path find_asset(const std::filesystem::path& name);
/// Folder of the running program; empty where the system does not say.
std::filesystem::path program_folder();

}  // namespace luthier
