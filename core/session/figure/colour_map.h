#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace luthier {

struct Colour {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;
  bool operator==(const Colour&) const = default;
};

using ColourTable = std::array<Colour, 256>;  ///< from quiet to loud

/// "magma" and "viridis" (Matplotlib's, perceptually uniform, CC0), "grey" (loud is white), "ink" (loud is black, for print).
const std::vector<std::string>& colour_map_names();
/// Throws ConfigError listing the known names.
const ColourTable& colour_map(const std::string& name);

}  // namespace luthier
