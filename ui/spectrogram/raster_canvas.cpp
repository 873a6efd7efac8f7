#include "ui/spectrogram/raster_canvas.h"

#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include "ui/spectrogram/canvas.h"
#include "ui/spectrogram/gl_probe.h"
#include "ui/spectrogram/imgui_canvas.h"
#include "ui/spectrogram/scene_recording.h"
#include "ui/spectrogram/spectrogram_scene.h"

namespace luthier::ui {

RasterCanvas::RasterCanvas(SpectrogramScene& scene, QWidget* parent) : QWidget(parent), scene_(scene) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(120, 60);
  setAttribute(Qt::WA_OpaquePaintEvent);
  connect(&scene_, &SpectrogramScene::needs_paint, this, QOverload<>::of(&QWidget::update));
}

void RasterCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.setFont(scene_font());
  QtScenePainter scene_painter(painter);
  scene_.draw(scene_painter, QSizeF(size()));
}

void RasterCanvas::tell(const QMouseEvent& event, bool double_clicked) {
  now_.mouse = event.position();
  now_.inside = true;
  now_.left = event.buttons() & Qt::LeftButton;
  now_.middle = event.buttons() & Qt::MiddleButton;
  now_.modifiers = event.modifiers();
  now_.double_clicked = double_clicked;
  scene_.input(now_);
  now_.double_clicked = false;
}

void RasterCanvas::mousePressEvent(QMouseEvent* event) { tell(*event); }
void RasterCanvas::mouseReleaseEvent(QMouseEvent* event) { tell(*event); }
void RasterCanvas::mouseMoveEvent(QMouseEvent* event) { tell(*event); }
void RasterCanvas::mouseDoubleClickEvent(QMouseEvent* event) { tell(*event, true); }

void RasterCanvas::wheelEvent(QWheelEvent* event) {
  now_.mouse = event->position();
  now_.inside = true;
  now_.modifiers = event->modifiers();
  now_.wheel_x = event->angleDelta().x() / 120.0;
  now_.wheel_y = event->angleDelta().y() / 120.0;
  scene_.input(now_);
  now_.wheel_x = now_.wheel_y = 0;
  event->accept();
}

void RasterCanvas::leaveEvent(QEvent*) {
  now_.inside = false;
  now_.mouse = QPointF(-1, -1);
  scene_.input(now_);
}

QWidget* make_canvas(SpectrogramScene& scene, QWidget* parent) {
  if (gl_works()) return new ImGuiCanvas(scene, parent);
  return new RasterCanvas(scene, parent);
}

bool canvas_settled(const QWidget* canvas) {
  const auto* gl = qobject_cast<const ImGuiCanvas*>(canvas);
  return !gl || gl->settled();
}

}  // namespace luthier::ui
