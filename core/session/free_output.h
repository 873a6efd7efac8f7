#pragma once
#include <filesystem>
#include <string>

namespace luthier {

/// A name that is free, with its record (.json) beside it: "stem.wav" in the folder, else "stem 2.wav", "stem 3.wav" …
std::filesystem::path free_output(const std::filesystem::path& folder, const std::string& stem, const std::string& extension);

}  // namespace luthier
