#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace luthier::audio {

/// GM program 0 … 127 by name: canonical snake_case ("acoustic_grand_piano", "violin") or short ("piano",
/// "guitar", "harp", "flute", "strings" …), upper or lower case, spaces or hyphens for underscores. No value
/// for an unknown name.
std::optional<int> find_gm_program(std::string_view name);
/// The same, but throws AudioError for an unknown name, with names that come near.
int gm_program(std::string_view name);
/// Canonical name of a program 0 … 127.
std::string_view gm_name(int program);
/// The short names, in order of program.
std::vector<std::string_view> gm_short_names();

}  // namespace luthier::audio
