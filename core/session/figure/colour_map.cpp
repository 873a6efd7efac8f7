#include "core/session/figure/colour_map.h"

#include <algorithm>
#include <cmath>

#include "core/config/schema.h"

namespace luthier {
namespace {

using Points = std::array<std::uint32_t, 52>;

// Every fifth colour of Matplotlib's tables as 0xRRGGBB; in between is linear.
constexpr Points kMagma = {
    0x000004, 0x02020b, 0x050416, 0x090720, 0x0e0b2b, 0x140e36, 0x1a1042, 0x21114e, 0x29115a,
    0x311165, 0x390f6e, 0x420f75, 0x4a1079, 0x52137c, 0x5a167e, 0x621980, 0x6a1c81, 0x721f81,
    0x792282, 0x812581, 0x892881, 0x912b81, 0x992d80, 0xa1307e, 0xaa337d, 0xb2357b, 0xba3878,
    0xc23b75, 0xca3e72, 0xd2426f, 0xd9466b, 0xe04c67, 0xe75263, 0xec5860, 0xf1605d, 0xf4695c,
    0xf7725c, 0xf97b5d, 0xfb8560, 0xfc8e64, 0xfd9869, 0xfea16e, 0xfeaa74, 0xfeb47b, 0xfebd82,
    0xfec68a, 0xfecf92, 0xfed89a, 0xfde2a3, 0xfdebac, 0xfcf4b6, 0xfcfdbf,
};
constexpr Points kViridis = {
    0x440154, 0x46085c, 0x471063, 0x481769, 0x481d6f, 0x482475, 0x472a7a, 0x46307e, 0x453781,
    0x433d84, 0x414287, 0x3f4889, 0x3d4e8a, 0x3a538b, 0x38598c, 0x355e8d, 0x33638d, 0x31688e,
    0x2e6d8e, 0x2c718e, 0x2a768e, 0x297b8e, 0x27808e, 0x25848e, 0x23898e, 0x218e8d, 0x20928c,
    0x1f978b, 0x1e9c89, 0x1fa188, 0x21a585, 0x24aa83, 0x28ae80, 0x2eb37c, 0x35b779, 0x3dbc74,
    0x46c06f, 0x50c46a, 0x5ac864, 0x65cb5e, 0x70cf57, 0x7cd250, 0x89d548, 0x95d840, 0xa2da37,
    0xb0dd2f, 0xbddf26, 0xcae11f, 0xd8e219, 0xe5e419, 0xf1e51d, 0xfde725,
};

// ColorBrewer's RdBu of 11 classes (Apache licence 2.0), from blue to red; its relative with a dark middle for dark windows.
constexpr std::array<std::uint32_t, 11> kDifference = {0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b, 0x67001f};
constexpr std::array<std::uint32_t, 11> kDarkDifference = {0xb9e4ff, 0x7cc3f5, 0x4a9bdc, 0x2f6fae, 0x24466d, 0x16181c, 0x6b3226, 0xab4a2f, 0xdc6f3c, 0xf7a066, 0xffd9b0};

template <std::size_t Count>
ColourTable spread(const std::array<std::uint32_t, Count>& points) {
  ColourTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double at = static_cast<double>(i) / 255.0 * static_cast<double>(points.size() - 1);
    const auto low = std::min(static_cast<std::size_t>(at), points.size() - 2);
    const double part = at - static_cast<double>(low);
    const auto mix = [&](int shift) {
      const double a = (points[low] >> shift) & 0xffu, b = (points[low + 1] >> shift) & 0xffu;
      return static_cast<std::uint8_t>(std::lround(a + (b - a) * part));
    };
    table[i] = {mix(16), mix(8), mix(0), 255};
  }
  return table;
}

ColourTable greys(bool loud_is_white) {
  ColourTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto level = static_cast<std::uint8_t>(loud_is_white ? i : 255 - i);
    table[i] = {level, level, level, 255};
  }
  return table;
}

/// Black on white with a steep middle, so that faint lines stand out from the noise floor.
ColourTable steep_greys() {
  constexpr double kSteepness = 10;
  const auto curve = [](double at) { return 1 / (1 + std::exp(-kSteepness * (at - 0.5))); };
  ColourTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double part = (curve(static_cast<double>(i) / 255) - curve(0)) / (curve(1) - curve(0));
    const auto level = static_cast<std::uint8_t>(std::lround(255 * (1 - part)));
    table[i] = {level, level, level, 255};
  }
  return table;
}

}  // namespace

const std::vector<std::string>& colour_map_names() {
  static const std::vector<std::string> names{"magma", "viridis", "grey", "contrast", "ink"};
  return names;
}

const ColourTable& colour_map(const std::string& name) {
  static const ColourTable tables[] = {spread(kMagma), spread(kViridis), greys(true), steep_greys(), greys(false)};
  static const ColourTable difference = spread(kDifference), dark_difference = spread(kDarkDifference);
  if (name == kDifferenceColours) return difference;
  if (name == kDarkDifferenceColours) return dark_difference;
  const auto& names = colour_map_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return tables[found - names.begin()];
  std::string known;
  for (const auto& one : names) known += (known.empty() ? "" : ", ") + one;
  throw ConfigError("There is no colour map '" + name + "'; the maps are: " + known + ".");
}

}  // namespace luthier
