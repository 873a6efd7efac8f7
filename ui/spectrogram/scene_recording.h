#pragma once
#include <QFont>
#include <functional>
#include <vector>

#include "ui/spectrogram/scene_painter.h"

class QPainter;

namespace luthier::ui {

/// The font of scenes that are painted without OpenGL.
QFont scene_font();

/// A ScenePainter on a QPainter, whatever that paints on: a widget, a picture, SVG or PDF.
class QtScenePainter : public ScenePainter {
 public:
  explicit QtScenePainter(QPainter& painter) : painter_(painter) {}
  void fill(const QRectF& area, const QColor& color) override;
  void frame(const QRectF& area, const QColor& color) override;
  void line(QPointF from, QPointF to, const QColor& color, double width) override;
  void text(QPointF top_left, const QString& text, const QColor& color) override;
  QSizeF text_size(const QString& text) override;
  void image(const SceneImage& image, const QRectF& area, const QRectF& source) override;
  void clip(const QRectF& area) override;
  void unclip() override;

 private:
  QPainter& painter_;
};

/// Remembers what a scene draws, so that it can be painted later and on another thread. Made and filled on the GUI thread.
class SceneRecording : public ScenePainter {
 public:
  void fill(const QRectF& area, const QColor& color) override;
  void frame(const QRectF& area, const QColor& color) override;
  void line(QPointF from, QPointF to, const QColor& color, double width) override;
  void text(QPointF top_left, const QString& text, const QColor& color) override;
  QSizeF text_size(const QString& text) override;
  void image(const SceneImage& image, const QRectF& area, const QRectF& source) override;
  void clip(const QRectF& area) override;
  void unclip() override;
  /// Paints it all. Any thread, any number of times.
  void paint(QPainter& painter) const;

 private:
  std::vector<std::function<void(ScenePainter&)>> steps_;
};

}  // namespace luthier::ui
