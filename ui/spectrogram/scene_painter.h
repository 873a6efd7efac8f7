#pragma once
#include <QColor>
#include <QImage>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <QString>
#include <QtGlobal>

namespace luthier::ui {

/// A picture that a canvas may keep as a texture: it is uploaded again when `revision` changes.
struct SceneImage {
  quint64 id = 0;        ///< unique in the program
  quint64 revision = 0;
  QImage pixels;         ///< Format_RGBA8888
};

/// What a scene draws with: Dear ImGui draw lists on OpenGL, or QPainter where there is no OpenGL. Logical pixels, origin at
/// the top left of the canvas.
class ScenePainter {
 public:
  virtual ~ScenePainter() = default;
  virtual void fill(const QRectF& area, const QColor& color) = 0;
  virtual void frame(const QRectF& area, const QColor& color) = 0;
  virtual void line(QPointF from, QPointF to, const QColor& color, double width = 1) = 0;
  virtual void text(QPointF top_left, const QString& text, const QColor& color) = 0;
  virtual QSizeF text_size(const QString& text) = 0;
  /// The part `source` (0..1 of the picture, from its top left) stretched over `area`.
  virtual void image(const SceneImage& image, const QRectF& area, const QRectF& source) = 0;
  virtual void clip(const QRectF& area) = 0;  ///< until unclip; does not nest
  virtual void unclip() = 0;
};

/// One moment of the pointer over a canvas.
struct SceneInput {
  QPointF mouse;
  bool inside = false;
  bool left = false, middle = false, right = false;
  bool double_clicked = false;
  double wheel_x = 0, wheel_y = 0;  ///< notches
  Qt::KeyboardModifiers modifiers;
};

}  // namespace luthier::ui
