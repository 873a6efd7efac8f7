#pragma once
#include <QColor>
#include <QString>
#include <QStringList>
#include <array>
#include <cstdint>

namespace luthier::ui {

/// 256 colours from quiet to loud as 0xAABBGGRR, the byte order of QImage::Format_RGBA8888 on little-endian machines.
using ColourTable = std::array<std::uint32_t, 256>;

/// The maps of core/session/figure/colour_map.h, as exported pictures have them. Unknown names give magma.
QStringList colour_map_names();
QString colour_map_title(const QString& name);
const ColourTable& colour_table(const QString& name);
/// The map for differences that suits the theme.
QString difference_colours();
/// position 0 (quiet) … 1 (loud).
QColor colour_at(const QString& name, double position);

}  // namespace luthier::ui
