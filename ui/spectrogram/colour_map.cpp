#include "ui/spectrogram/colour_map.h"

#include <QObject>
#include <algorithm>
#include <map>

#include "core/session/figure/colour_map.h"
#include "ui/application_style.h"

namespace luthier::ui {
namespace {

ColourTable packed(const std::string& name) {
  const luthier::ColourTable& colours = luthier::colour_map(name);
  ColourTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Colour& c = colours[i];
    table[i] = static_cast<std::uint32_t>(c.a) << 24 | static_cast<std::uint32_t>(c.b) << 16 | static_cast<std::uint32_t>(c.g) << 8 | c.r;
  }
  return table;
}

}  // namespace

QStringList colour_map_names() {
  QStringList names;
  for (const std::string& name : luthier::colour_map_names()) names << QString::fromStdString(name);
  return names;
}

QString colour_map_title(const QString& name) {
  if (name == "viridis") return QObject::tr("Viridis");
  if (name == "grey") return QObject::tr("Grey");
  if (name == "contrast") return QObject::tr("Grey, high contrast");
  if (name == "ink") return QObject::tr("Ink on paper");
  return QObject::tr("Magma");
}

const ColourTable& colour_table(const QString& name) {
  static const std::map<QString, ColourTable> tables = [] {
    std::map<QString, ColourTable> all;
    for (const std::string& one : luthier::colour_map_names()) all[QString::fromStdString(one)] = packed(one);
    for (const char* one : {kDifferenceColours, kDarkDifferenceColours}) all[one] = packed(one);
    return all;
  }();
  const auto found = tables.find(name);
  return found == tables.end() ? tables.at("magma") : found->second;
}

QString difference_colours() { return QString::fromLatin1(theme().dark ? kDarkDifferenceColours : kDifferenceColours); }

QColor colour_at(const QString& name, double position) {
  const auto index = static_cast<std::size_t>(std::clamp(position, 0.0, 1.0) * 255.0 + 0.5);
  const std::uint32_t c = colour_table(name)[index];
  return QColor(static_cast<int>(c & 0xff), static_cast<int>((c >> 8) & 0xff), static_cast<int>((c >> 16) & 0xff));
}

}  // namespace luthier::ui
