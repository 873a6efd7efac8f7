#include "ui/spectrogram/scene_recording.h"

#include <QFontMetricsF>
#include <QGuiApplication>
#include <QPainter>

namespace luthier::ui {

QFont scene_font() {
  QFont font = QGuiApplication::font();
  font.setPixelSize(13);
  return font;
}

void QtScenePainter::fill(const QRectF& area, const QColor& color) { painter_.fillRect(area, color); }

void QtScenePainter::frame(const QRectF& area, const QColor& color) {
  painter_.setPen(color);
  painter_.setBrush(Qt::NoBrush);
  painter_.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5));
}

void QtScenePainter::line(QPointF from, QPointF to, const QColor& color, double width) {
  painter_.setPen(QPen(color, width));
  painter_.drawLine(from, to);
}

void QtScenePainter::text(QPointF top_left, const QString& text, const QColor& color) {
  painter_.setPen(color);
  painter_.drawText(QPointF(top_left.x(), top_left.y() + QFontMetricsF(scene_font()).ascent()), text);
}

QSizeF QtScenePainter::text_size(const QString& text) {
  const QFontMetricsF metrics(scene_font());
  return {metrics.horizontalAdvance(text), metrics.height()};
}

void QtScenePainter::image(const SceneImage& image, const QRectF& area, const QRectF& source) {
  const QRectF part(source.x() * image.pixels.width(), source.y() * image.pixels.height(), source.width() * image.pixels.width(),
                    source.height() * image.pixels.height());
  painter_.drawImage(area, image.pixels, part);
}

void QtScenePainter::clip(const QRectF& area) { painter_.setClipRect(area); }
void QtScenePainter::unclip() { painter_.setClipping(false); }

void SceneRecording::fill(const QRectF& area, const QColor& color) {
  steps_.push_back([=](ScenePainter& p) { p.fill(area, color); });
}
void SceneRecording::frame(const QRectF& area, const QColor& color) {
  steps_.push_back([=](ScenePainter& p) { p.frame(area, color); });
}
void SceneRecording::line(QPointF from, QPointF to, const QColor& color, double width) {
  steps_.push_back([=](ScenePainter& p) { p.line(from, to, color, width); });
}
void SceneRecording::text(QPointF top_left, const QString& text, const QColor& color) {
  steps_.push_back([=](ScenePainter& p) { p.text(top_left, text, color); });
}
QSizeF SceneRecording::text_size(const QString& text) {
  const QFontMetricsF metrics(scene_font());
  return {metrics.horizontalAdvance(text), metrics.height()};
}

// Only the part that is seen is kept, so that a file of a zoomed view is no larger than it looks.
void SceneRecording::image(const SceneImage& image, const QRectF& area, const QRectF& source) {
  const double width = image.pixels.width(), height = image.pixels.height();
  const QRect whole = QRectF(source.x() * width, source.y() * height, source.width() * width, source.height() * height).toAlignedRect().intersected(image.pixels.rect());
  if (whole.isEmpty()) return;
  const QRectF rest((source.x() * width - whole.x()) / whole.width(), (source.y() * height - whole.y()) / whole.height(),
                    source.width() * width / whole.width(), source.height() * height / whole.height());
  steps_.push_back([part = SceneImage{image.id, image.revision, image.pixels.copy(whole)}, area, rest](ScenePainter& p) { p.image(part, area, rest); });
}

void SceneRecording::clip(const QRectF& area) {
  steps_.push_back([=](ScenePainter& p) { p.clip(area); });
}
void SceneRecording::unclip() {
  steps_.push_back([](ScenePainter& p) { p.unclip(); });
}

void SceneRecording::paint(QPainter& painter) const {
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.setFont(scene_font());
  QtScenePainter scene(painter);
  for (const auto& step : steps_) step(scene);
}

}  // namespace luthier::ui
