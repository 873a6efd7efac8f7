#include "ui/spectrogram/scene_rulers.h"

#include <algorithm>
#include <cmath>

#include "ui/application_style.h"
#include "ui/spectrogram/colour_map.h"

namespace luthier::ui {
namespace {

double round_step(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * 0.999) return factor * power;
  }
  return 10 * power;
}

QString number_text(double value, double step) {
  const int places = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
  return QString::number(std::abs(value) < step / 1000 ? 0.0 : value, 'f', places);
}

}  // namespace

std::vector<Tick> even_ticks(double low, double high, int most) {
  std::vector<Tick> ticks;
  if (!(high > low) || most < 1) return ticks;
  const double step = round_step((high - low) / most);
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + step * 1e-9; ++k) {
    ticks.push_back({k * step, number_text(k * step, step)});
  }
  return ticks;
}

QString frequency_text(double hz) {
  if (hz < 1000) return QString::number(hz, 'g', 4);
  return QString::number(hz / 1000, 'g', 4) + "k";
}

std::vector<Tick> frequency_ticks(const PictureAxis& axis, double low, double high, double pixels, double spacing) {
  std::vector<Tick> ticks;
  if (!(high > low) || pixels <= 0) return ticks;
  const double low_hz = axis.hz(low), high_hz = axis.hz(high);
  if (axis.kind == PictureKind::linear) {
    ticks = even_ticks(low_hz, high_hz, std::max(1, static_cast<int>(pixels / spacing)));
    for (Tick& tick : ticks) tick.text = frequency_text(tick.value);
    return ticks;
  }
  std::vector<double> taken;  // pixels from the bottom
  auto offer = [&](double hz) {
    if (hz < low_hz || hz > high_hz) return;
    const double y = (axis.position(hz) - low) / (high - low) * pixels;
    for (double other : taken) {
      if (std::abs(other - y) < spacing) return;
    }
    taken.push_back(y);
    ticks.push_back({hz, frequency_text(hz)});
  };
  const std::vector<std::vector<double>> rounds = {{1}, {5, 2}, {3, 7, 1.5}, {4, 6, 8, 9, 2.5, 3.5, 4.5, 1.25, 1.75}};
  for (const auto& factors : rounds) {
    for (double power = 10000; power >= 10; power /= 10) {
      for (double factor : factors) offer(factor * power);
    }
  }
  if (ticks.size() < 3) {  // zoomed in between round numbers
    for (const Tick& tick : even_ticks(low_hz, high_hz, std::max(1, static_cast<int>(pixels / spacing)))) offer(tick.value);
  }
  std::sort(ticks.begin(), ticks.end(), [](const Tick& a, const Tick& b) { return a.value < b.value; });
  return ticks;
}

void draw_time_ruler(ScenePainter& painter, const QRectF& area, double begin, double end) {
  const Theme& t = theme();
  if (!(end > begin)) return;
  for (const Tick& tick : even_ticks(begin, end, std::max(1, static_cast<int>(area.width() / 80)))) {
    const double x = area.left() + (tick.value - begin) / (end - begin) * area.width();
    painter.line({x, area.top()}, {x, area.top() + 4}, t.dim);
    const QSizeF size = painter.text_size(tick.text);
    if (x + size.width() / 2 < area.right() + 18) painter.text({x - size.width() / 2, area.top() + 5}, tick.text, t.dim);
  }
  painter.text({area.left() - 28, area.top() + 5}, QStringLiteral("s"), t.dim);
}

void draw_frequency_ruler(ScenePainter& painter, const QRectF& area, const PictureAxis& axis, double low, double high) {
  const Theme& t = theme();
  for (const Tick& tick : frequency_ticks(axis, low, high, area.height(), 22)) {
    const double y = area.bottom() - (axis.position(tick.value) - low) / (high - low) * area.height();
    const QSizeF size = painter.text_size(tick.text);
    if (y < area.top() || y > area.bottom()) continue;
    painter.line({area.left() - 5, y}, {area.left(), y}, t.dim);
    const double top = std::clamp(y - size.height() / 2, area.top(), area.bottom() - size.height());
    painter.text({area.left() - 8 - size.width(), top}, tick.text, t.dim);
  }
}

void draw_decibel_bar(ScenePainter& painter, const QRectF& area, const QString& colours, double bottom_db, double top_db, bool signs) {
  const Theme& t = theme();
  const int steps = std::max(8, static_cast<int>(area.height() / 2));
  for (int i = 0; i < steps; ++i) {
    const double top = area.top() + area.height() * i / steps, bottom = area.top() + area.height() * (i + 1) / steps;
    painter.fill(QRectF(area.left(), top, area.width(), bottom - top + 0.5), colour_at(colours, 1 - (i + 0.5) / steps));
  }
  painter.frame(area, t.line);
  for (const Tick& tick : even_ticks(bottom_db, top_db, std::max(2, static_cast<int>(area.height() / 34)))) {
    const double y = area.top() + (top_db - tick.value) / (top_db - bottom_db) * area.height();
    const QString text = (signs && tick.value > 0 ? "+" : "") + QString(tick.text).replace('-', QStringLiteral("−"));
    const QSizeF size = painter.text_size(text);
    painter.line({area.right(), y}, {area.right() + 3, y}, t.dim);
    const double top = std::clamp(y - size.height() / 2, area.top(), area.bottom() - size.height());
    painter.text({area.right() + 5, top}, text, t.dim);
  }
}

}  // namespace luthier::ui
