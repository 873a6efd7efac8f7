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

/// "magma" and "viridis" (Matplotlib's, perceptually uniform, CC0), "grey" (loud is white), "contrast" (black on white, steep in
/// the middle), "ink" (loud is black, for print).
const std::vector<std::string>& colour_map_names();
/// For values with a sign: blue is negative, red positive, the middle white or (for dark windows) nearly black.
inline constexpr const char* kDifferenceColours = "difference";
inline constexpr const char* kDarkDifferenceColours = "difference-dark";
/// A map for levels or for differences, by name. Throws ConfigError listing the names for levels.
const ColourTable& colour_map(const std::string& name);

}  // namespace luthier
