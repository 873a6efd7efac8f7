#pragma once
#include <QWidget>

#include "ui/spectrogram/scene_painter.h"

namespace luthier::ui {

class SpectrogramScene;

/// Shows a SpectrogramScene with QPainter: the same picture where there is no OpenGL.
class RasterCanvas : public QWidget {
  Q_OBJECT
 public:
  explicit RasterCanvas(SpectrogramScene& scene, QWidget* parent = nullptr);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  void tell(const QMouseEvent& event, bool double_clicked = false);

  SpectrogramScene& scene_;
  SceneInput now_;
};

}  // namespace luthier::ui
