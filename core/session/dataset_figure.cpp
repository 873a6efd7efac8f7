#include "core/session/dataset_figure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "core/session/figure/canvas.h"

namespace luthier {
namespace {

constexpr Colour kPaper{255, 255, 255, 255}, kInk{40, 40, 40, 255}, kFaint{215, 215, 215, 255};
/// Told apart by people of every colour vision (Okabe and Ito).
constexpr Colour kColours[] = {{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255}, {230, 159, 0, 255}, {86, 180, 233, 255}, {110, 110, 110, 255}};

Colour colour_of(std::size_t index) { return kColours[index % std::size(kColours)]; }

Colour pale(Colour c) {
  c.a = 90;
  return c;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, std::abs(value) >= 100 ? "%.0f" : std::abs(value) >= 10 ? "%.1f" : "%.3g", value);
  return text;
}

constexpr int kWidth = 900, kName = 130, kRow = 22, kHead = 46, kMargin = 16;

/// One measure: a row for every label.
void draw_panel(Canvas& canvas, int top, const MeasureInfo& info, const std::vector<LabelMeasures>& labels) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const auto& label : labels) low = std::min(low, label.measures.at(info.id).least), high = std::max(high, label.measures.at(info.id).most);
  if (!(high > low)) low -= 0.5, high += 0.5;
  const double left = kName + kMargin, width = kWidth - left - 2 * kMargin;
  const auto x = [&](double value) { return left + (value - low) / (high - low) * width; };
  canvas.text(kMargin, top + 18, std::string(info.title) + (*info.unit ? std::string(", ") + info.unit : ""), 14, kInk);
  canvas.text(left, top + 34, number(low), 11, kInk);
  canvas.text(left + width, top + 34, number(high), 11, kInk, Align::right);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto& spread = labels[i].measures.at(info.id);
    const double y = top + kHead + static_cast<double>(i) * kRow, middle = y + kRow / 2.0;
    canvas.text(kName + kMargin - 8, middle + 4, labels[i].label, 12, kInk, Align::right);
    canvas.line(left, middle, left + width, middle, kFaint);
    canvas.fill(x(spread.least), middle - 1, std::max(1.0, x(spread.most) - x(spread.least)), 3, colour_of(i));
    const double from = x(std::max(low, spread.mean - spread.deviation)), to = x(std::min(high, spread.mean + spread.deviation));
    canvas.fill(from, middle - 7, std::max(2.0, to - from), 14, pale(colour_of(i)));
    canvas.fill(x(spread.mean) - 1, middle - 8, 3, 17, colour_of(i));
    canvas.line(x(spread.median), middle - 8, x(spread.median), middle + 8, kInk);
  }
}

}  // namespace

void write_measure_figure(const std::filesystem::path& file, const std::vector<LabelMeasures>& labels, const std::map<std::string, std::string>& texts) {
  const auto& measures = sound_measures();
  const int panel = kHead + static_cast<int>(labels.size()) * kRow + kMargin;
  RasterCanvas drawing(kWidth, 40 + static_cast<int>(measures.size()) * panel, kPaper);
  Canvas& canvas = drawing;
  canvas.text(kMargin, 26, "line: all clips; band: one deviation around the mean; thick: mean; thin: median", 12, kInk);
  for (std::size_t i = 0; i < measures.size(); ++i) draw_panel(canvas, 36 + static_cast<int>(i) * panel, measures[i], labels);
  write_png(file, drawing.raster(), texts);
}

void write_map_figure(const std::filesystem::path& file, const std::vector<std::pair<double, double>>& places, const std::vector<std::string>& labels,
                      const std::map<std::string, std::string>& texts) {
  const std::set<std::string> names(labels.begin(), labels.end());
  constexpr double kSide = 760, kTop = 44;
  const int height = std::max(static_cast<int>(kTop + kSide) + kMargin, 80 + static_cast<int>(names.size()) * kRow);
  RasterCanvas drawing(kWidth + 60, height, kPaper);
  Canvas& canvas = drawing;
  canvas.text(kMargin, 26, "clips by timbre (t-SNE of cepstra): near points sound alike; the axes have no meaning", 12, kInk);
  double low_x = HUGE_VAL, high_x = -HUGE_VAL, low_y = HUGE_VAL, high_y = -HUGE_VAL;
  for (const auto& [x, y] : places) low_x = std::min(low_x, x), high_x = std::max(high_x, x), low_y = std::min(low_y, y), high_y = std::max(high_y, y);
  const double span = std::max({high_x - low_x, high_y - low_y, 1e-9});
  std::size_t index = 0;
  std::map<std::string, Colour> colours;
  for (const auto& name : names) {
    colours[name] = colour_of(index);
    const double y = kTop + 20 + static_cast<double>(index++) * kRow;
    canvas.fill(kSide + 2 * kMargin, y - 9, 10, 10, colours[name]);
    canvas.text(kSide + 2 * kMargin + 16, y, name, 13, kInk);
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double x = kMargin + (places[i].first - low_x) / span * (kSide - 10), y = kTop + (places[i].second - low_y) / span * (kSide - 10);
    auto colour = colours.at(labels[i]);
    colour.a = 190;
    canvas.fill(x, y, 6, 6, colour);
  }
  write_png(file, drawing.raster(), texts);
}

}  // namespace luthier
