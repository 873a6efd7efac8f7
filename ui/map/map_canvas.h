#pragma once
#include <QImage>
#include <QPointF>
#include <QPolygonF>
#include <QWidget>
#include <optional>
#include <vector>

namespace luthier::ui {

/// One clip on the map.
struct MapDot {
  qint64 clip = 0;
  float x = 0, y = 0;  ///< 0 … 1
  qint64 label = 0;    ///< 0: none
};

/// A plane of dots, coloured by label: a click takes the nearest, a drag draws a lasso, the wheel zooms, middle or Shift+drag
/// moves. Arrow keys go to the next dot that way, with Shift they choose it too; PgUp and PgDn draw a ring around the marked dot, wider and
/// narrower, which chooses as a lasso does. A hundred thousand dots are drawn in some milliseconds. GUI thread.
class MapCanvas : public QWidget {
  Q_OBJECT
 public:
  explicit MapCanvas(QWidget* parent = nullptr);

  void set_dots(std::vector<MapDot> dots, bool keep_view);
  const std::vector<MapDot>& dots() const { return dots_; }
  /// The clip that is heard, and those it is tied to by lines; 0 and empty: none.
  void set_marked(qint64 clip, const std::vector<qint64>& near);
  qint64 marked() const { return marked_; }
  /// Clips inside the lasso, in the order of the dots.
  const std::vector<qint64>& selection() const { return selection_; }
  void set_selection(std::vector<qint64> clips);
  /// Only dots of this label are bright; nothing: all.
  void set_bright_label(std::optional<qint64> label);
  std::optional<qint64> bright_label() const { return bright_; }
  void set_hint(const QString& text);  ///< while there are no dots
  void fit();
  void zoom(double factor, QPointF around);
  /// Where a dot is drawn, pixels; for tests.
  QPointF place_of(qint64 clip) const;

 Q_SIGNALS:
  void clicked(qint64 clip);
  void selection_changed();
  void hovered(qint64 clip);  ///< 0: none
  void label_key(int key);    ///< 0 … 9
  void menu_requested(const QPoint& global);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  enum class Drag { none, lasso, move };
  QPointF to_pixels(float x, float y) const;
  const MapDot* dot_at(QPointF at, double within) const;
  const MapDot* dot_of(qint64 clip) const;
  void step(QPointF direction, bool choose);
  void toggle_marked();
  /// A ring around the marked dot takes what lies in it; factor 1: as wide as it is.
  void ring(double factor);
  void take(const QPolygonF& outline);
  void take_lasso();
  void changed();
  void draw_dots();

  std::vector<MapDot> dots_;
  std::vector<qint64> selection_, near_;
  qint64 marked_ = 0, hovered_ = 0;
  std::optional<qint64> bright_;
  QString hint_;
  double zoom_ = 1;
  QPointF middle_{0.5, 0.5};  ///< of the map, in the middle of the widget
  QImage picture_;            ///< the dots; drawn anew when something has changed
  bool stale_ = true;
  Drag drag_ = Drag::none;
  QPointF pressed_at_, last_at_;
  QPolygonF lasso_;
  double ring_ = 0;  ///< pixels; 0: none
};

}  // namespace luthier::ui
