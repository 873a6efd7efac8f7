#include "core/session/free_output.h"

namespace luthier {

std::filesystem::path free_output(const std::filesystem::path& folder, const std::string& stem, const std::string& extension) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (int n = 1;; ++n) {
    const fs::path file = folder / (stem + (n > 1 ? " " + std::to_string(n) : "") + extension);
    if (!fs::exists(file, error) && !fs::exists(folder / (file.stem().string() + ".json"), error)) return file;
  }
}

}  // namespace luthier
