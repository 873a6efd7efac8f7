#pragma once
#include <QRectF>
#include <QString>
#include <vector>

#include "ui/spectrogram/picture.h"
#include "ui/spectrogram/scene_painter.h"

namespace luthier::ui {

struct Tick {
  double value = 0;
  QString text;
};

/// Round values (1, 2 or 5 times a power of ten apart) in [low, high], at most `most` of them.
std::vector<Tick> even_ticks(double low, double high, int most);
/// Round frequencies for a strip `pixels` high that shows the bands [low, high] (positions of the axis), at least
/// `spacing` pixels apart: powers of ten first, then 2 and 5, then the rest.
std::vector<Tick> frequency_ticks(const PictureAxis& axis, double low, double high, double pixels, double spacing);
/// "440", "1k", "12.5k".
QString frequency_text(double hz);

void draw_time_ruler(ScenePainter& painter, const QRectF& area, double begin, double end);
/// `low`, `high`: positions of the axis at the bottom and top of `area`; texts stand left of it.
void draw_frequency_ruler(ScenePainter& painter, const QRectF& area, const PictureAxis& axis, double low, double high);
/// The bar at the right: colours from `top` dB down to `bottom` dB. With `signs` values above 0 get a plus.
void draw_decibel_bar(ScenePainter& painter, const QRectF& area, const QString& colours, double bottom, double top, bool signs);

}  // namespace luthier::ui
