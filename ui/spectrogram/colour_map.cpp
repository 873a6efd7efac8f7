#include "ui/spectrogram/colour_map.h"

#include <QObject>
#include <algorithm>
#include <cmath>

namespace luthier::ui {
namespace {

// Every fifth colour of Matplotlib's tables as 0xRRGGBB; in between is linear.
constexpr std::array<std::uint32_t, 52> kMagma = {
    0x000004, 0x02020b, 0x050416, 0x090720, 0x0e0b2b, 0x140e36, 0x1a1042, 0x21114e, 0x29115a,
    0x311165, 0x390f6e, 0x420f75, 0x4a1079, 0x52137c, 0x5a167e, 0x621980, 0x6a1c81, 0x721f81,
    0x792282, 0x812581, 0x892881, 0x912b81, 0x992d80, 0xa1307e, 0xaa337d, 0xb2357b, 0xba3878,
    0xc23b75, 0xca3e72, 0xd2426f, 0xd9466b, 0xe04c67, 0xe75263, 0xec5860, 0xf1605d, 0xf4695c,
    0xf7725c, 0xf97b5d, 0xfb8560, 0xfc8e64, 0xfd9869, 0xfea16e, 0xfeaa74, 0xfeb47b, 0xfebd82,
    0xfec68a, 0xfecf92, 0xfed89a, 0xfde2a3, 0xfdebac, 0xfcf4b6, 0xfcfdbf,
};

constexpr std::array<std::uint32_t, 52> kViridis = {
    0x440154, 0x46085c, 0x471063, 0x481769, 0x481d6f, 0x482475, 0x472a7a, 0x46307e, 0x453781,
    0x433d84, 0x414287, 0x3f4889, 0x3d4e8a, 0x3a538b, 0x38598c, 0x355e8d, 0x33638d, 0x31688e,
    0x2e6d8e, 0x2c718e, 0x2a768e, 0x297b8e, 0x27808e, 0x25848e, 0x23898e, 0x218e8d, 0x20928c,
    0x1f978b, 0x1e9c89, 0x1fa188, 0x21a585, 0x24aa83, 0x28ae80, 0x2eb37c, 0x35b779, 0x3dbc74,
    0x46c06f, 0x50c46a, 0x5ac864, 0x65cb5e, 0x70cf57, 0x7cd250, 0x89d548, 0x95d840, 0xa2da37,
    0xb0dd2f, 0xbddf26, 0xcae11f, 0xd8e219, 0xe5e419, 0xf1e51d, 0xfde725,
};

constexpr std::uint32_t pack(int r, int g, int b) {
  return 0xff000000u | static_cast<std::uint32_t>(b) << 16 | static_cast<std::uint32_t>(g) << 8 | static_cast<std::uint32_t>(r);
}

template <std::size_t N>
ColourTable spread(const std::array<std::uint32_t, N>& points) {
  ColourTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double at = static_cast<double>(i) / 255.0 * (N - 1);
    const auto low = std::min(static_cast<std::size_t>(at), N - 2);
    const double part = at - static_cast<double>(low);
    auto mix = [&](int shift) {
      const double a = (points[low] >> shift) & 0xffu, b = (points[low + 1] >> shift) & 0xffu;
      return static_cast<int>(std::lround(a + (b - a) * part));
    };
    table[i] = pack(mix(16), mix(8), mix(0));
  }
  return table;
}

ColourTable greys(bool loud_is_white) {
  ColourTable table{};
  for (int i = 0; i < 256; ++i) {
    const int level = loud_is_white ? i : 255 - i;
    table[static_cast<std::size_t>(i)] = pack(level, level, level);
  }
  return table;
}

}  // namespace

QStringList colour_map_names() { return {"magma", "viridis", "grey", "ink"}; }

QString colour_map_title(const QString& name) {
  if (name == "viridis") return QObject::tr("Viridis");
  if (name == "grey") return QObject::tr("Grey");
  if (name == "ink") return QObject::tr("Ink on paper");
  return QObject::tr("Magma");
}

const ColourTable& colour_table(const QString& name) {
  static const ColourTable magma = spread(kMagma), viridis = spread(kViridis), grey = greys(true), ink = greys(false);
  if (name == "viridis") return viridis;
  if (name == "grey") return grey;
  if (name == "ink") return ink;
  return magma;
}

QColor colour_at(const QString& name, double position) {
  const auto index = static_cast<std::size_t>(std::clamp(position, 0.0, 1.0) * 255.0 + 0.5);
  const std::uint32_t c = colour_table(name)[index];
  return QColor(static_cast<int>(c & 0xff), static_cast<int>((c >> 8) & 0xff), static_cast<int>((c >> 16) & 0xff));
}

}  // namespace luthier::ui
