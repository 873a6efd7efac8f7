#include "ui/map/map_canvas.h"

#include <QContextMenuEvent>
#include <QHash>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "ui/application_style.h"
#include "ui/common/spoken_reading.h"

namespace luthier::ui {
namespace {

constexpr double kMargin = 18, kNear = 9;  // pixels
constexpr double kClosest = 400, kFirstRing = 24;

/// A disc of odd width, as rows of [first, last].
struct Disc {
  explicit Disc(int r) : radius(r) {
    for (int y = -r; y <= r; ++y) reach.push_back(static_cast<int>(std::lround(std::sqrt(std::max(0.0, (r + 0.35) * (r + 0.35) - y * y)))));
  }
  int radius;
  std::vector<int> reach;
};

void stamp(QImage& image, const Disc& disc, QPointF at, QRgb colour) {
  const int x = static_cast<int>(std::lround(at.x())), y = static_cast<int>(std::lround(at.y()));
  for (int dy = -disc.radius; dy <= disc.radius; ++dy) {
    if (y + dy < 0 || y + dy >= image.height()) continue;
    const int reach = disc.reach[static_cast<std::size_t>(dy + disc.radius)];
    const int first = std::max(0, x - reach), last = std::min(image.width() - 1, x + reach);
    if (first > last) continue;
    auto* row = reinterpret_cast<QRgb*>(image.scanLine(y + dy));
    std::fill(row + first, row + last + 1, colour);
  }
}

QColor mixed(const QColor& a, const QColor& b, double part) {
  return QColor::fromRgbF(static_cast<float>(a.redF() * (1 - part) + b.redF() * part), static_cast<float>(a.greenF() * (1 - part) + b.greenF() * part),
                          static_cast<float>(a.blueF() * (1 - part) + b.blueF() * part));
}

}  // namespace

MapCanvas::MapCanvas(QWidget* parent) : QWidget(parent) {
  setObjectName("map_canvas");
  make_spoken(*this, QAccessible::Canvas);
  setAccessibleName(tr("Map of the clips"));
  setWhatsThis(tr("Clips that sound alike lie together. Click: hear one and see what sounds most like it. Drag: choose by a lasso. Wheel: zoom. Middle or "
                  "Shift+drag: move. Arrow keys: to the next clip that way; with Shift: choose it too. PgUp and PgDn: choose by a ring around the clip, wider or narrower. "
                  "Ctrl+Return: choose the clip, or no longer. Esc: choose none. 1-9: label what is chosen."));
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(240, 180);
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &MapCanvas::changed);
}

void MapCanvas::changed() {
  stale_ = true;
  update();
}

void MapCanvas::set_dots(std::vector<MapDot> dots, bool keep_view) {
  dots_ = std::move(dots);
  std::unordered_set<qint64> there;
  for (const MapDot& dot : dots_) there.insert(dot.clip);
  std::erase_if(selection_, [&](qint64 clip) { return !there.contains(clip); });
  if (!there.contains(marked_)) marked_ = 0, near_.clear();
  if (!keep_view) zoom_ = 1, middle_ = {0.5, 0.5};
  changed();
}

void MapCanvas::set_marked(qint64 clip, const std::vector<qint64>& near) {
  if (clip != marked_) ring_ = 0;
  marked_ = clip;
  near_ = near;
  update();
}

void MapCanvas::set_selection(std::vector<qint64> clips) {
  if (clips == selection_) return;
  selection_ = std::move(clips);
  changed();
  Q_EMIT selection_changed();
}

void MapCanvas::set_bright_label(std::optional<qint64> label) {
  bright_ = label;
  changed();
}

void MapCanvas::set_hint(const QString& text) {
  hint_ = text;
  update();
}

// --- where things are ------------------------------------------------------------------------------------------------

QPointF MapCanvas::to_pixels(float x, float y) const {
  // At zoom 1 the map fills both directions.
  const double wide = std::max(10.0, width() - 2 * kMargin) * zoom_, high = std::max(10.0, height() - 2 * kMargin) * zoom_;
  return {width() / 2.0 + (static_cast<double>(x) - middle_.x()) * wide, height() / 2.0 + (static_cast<double>(y) - middle_.y()) * high};
}

QPointF MapCanvas::place_of(qint64 clip) const {
  const MapDot* dot = dot_of(clip);
  return dot ? to_pixels(dot->x, dot->y) : QPointF(-1, -1);
}

const MapDot* MapCanvas::dot_of(qint64 clip) const {
  const auto found = std::find_if(dots_.begin(), dots_.end(), [clip](const MapDot& dot) { return dot.clip == clip; });
  return found == dots_.end() ? nullptr : &*found;
}

const MapDot* MapCanvas::dot_at(QPointF at, double within) const {
  const MapDot* best = nullptr;
  double nearest = within * within;
  for (const MapDot& dot : dots_) {
    const QPointF by = to_pixels(dot.x, dot.y) - at;
    const double distance = QPointF::dotProduct(by, by);
    if (distance < nearest) nearest = distance, best = &dot;
  }
  return best;
}

void MapCanvas::fit() {
  ring_ = 0;
  zoom_ = 1;
  middle_ = {0.5, 0.5};
  changed();
}

void MapCanvas::zoom(double factor, QPointF around) {
  const double before = zoom_;
  ring_ = 0;
  zoom_ = std::clamp(zoom_ * factor, 0.5, kClosest);
  // What lies under the pointer stays there.
  const QPointF off(around.x() - width() / 2.0, around.y() - height() / 2.0);
  const double wide = std::max(10.0, width() - 2 * kMargin), high = std::max(10.0, height() - 2 * kMargin);
  middle_ += QPointF(off.x() / wide, off.y() / high) * (1 / before - 1 / zoom_);
  changed();
}

// --- drawing ---------------------------------------------------------------------------------------------------------

void MapCanvas::draw_dots() {
  stale_ = false;
  const double ratio = devicePixelRatioF();
  picture_ = QImage(size() * ratio, QImage::Format_RGB32);
  const Theme& t = theme();
  picture_.fill(t.canvas);
  const double crowd = std::sqrt(static_cast<double>(std::max<std::size_t>(1, dots_.size())));
  const int radius = std::clamp(static_cast<int>(std::lround(110 / crowd * std::sqrt(zoom_) * ratio)), static_cast<int>(std::lround(2 * ratio)), static_cast<int>(std::lround(6 * ratio)));
  const Disc disc(radius), ring(radius + static_cast<int>(std::lround(2 * ratio)));
  const std::unordered_set<qint64> chosen(selection_.begin(), selection_.end());
  QHash<qint64, std::array<QRgb, 2>> colours;
  for (const MapDot& dot : dots_) {
    if (colours.contains(dot.label)) continue;
    const QColor full = dot.label != 0 ? label_color({}, dot.label) : t.dim;
    colours.insert(dot.label, {full.rgb(), mixed(full, t.canvas, 0.78).rgb()});
  }
  const auto draw = [&](bool bright) {
    for (const MapDot& dot : dots_) {
      const bool is_chosen = chosen.contains(dot.clip);
      const bool is_bright = (selection_.empty() || is_chosen) && (!bright_ || *bright_ == dot.label);
      if (is_bright != bright) continue;
      const QPointF at = to_pixels(dot.x, dot.y) * ratio;
      if (is_chosen) stamp(picture_, ring, at, t.text.rgb());
      stamp(picture_, disc, at, colours[dot.label][is_bright ? 0 : 1]);
    }
  };
  draw(false);
  draw(true);
  picture_.setDevicePixelRatio(ratio);
}

void MapCanvas::paintEvent(QPaintEvent*) {
  if (stale_ || picture_.size() != size() * devicePixelRatioF()) draw_dots();
  const Theme& t = theme();
  QPainter painter(this);
  painter.drawImage(QPoint(0, 0), picture_);
  painter.setRenderHint(QPainter::Antialiasing);
  if (dots_.empty()) {
    painter.setPen(t.dim);
    painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, hint_);
  }
  if (const MapDot* dot = marked_ != 0 ? dot_of(marked_) : nullptr) {
    const QPointF here = to_pixels(dot->x, dot->y);
    QColor thread = t.accent;
    thread.setAlpha(150);
    painter.setPen(QPen(thread, 1));
    for (const qint64 clip : near_) {
      if (const MapDot* other = dot_of(clip)) painter.drawLine(here, to_pixels(other->x, other->y));
    }
    painter.setPen(QPen(t.accent, 2.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(here, 9, 9);
    if (ring_ > 0) {
      painter.setPen(QPen(t.accent, 1.5, Qt::DashLine));
      painter.drawEllipse(here, ring_, ring_);
    }
  }
  if (const MapDot* dot = hovered_ != 0 ? dot_of(hovered_) : nullptr) {
    painter.setPen(QPen(t.text, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(to_pixels(dot->x, dot->y), 7, 7);
  }
  if (lasso_.size() > 1) {
    QColor inside = t.accent;
    inside.setAlpha(40);
    painter.setPen(QPen(t.accent, 1.5));
    painter.setBrush(inside);
    painter.drawPolygon(lasso_);
  }
  painter.setRenderHint(QPainter::Antialiasing, false);
  painter.setPen(hasFocus() ? t.accent : t.line);
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void MapCanvas::resizeEvent(QResizeEvent*) { changed(); }

// --- pointer and keys ------------------------------------------------------------------------------------------------

void MapCanvas::mousePressEvent(QMouseEvent* event) {
  pressed_at_ = last_at_ = event->position();
  if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && (event->modifiers() & Qt::ShiftModifier))) drag_ = Drag::move;
  else if (event->button() == Qt::LeftButton) drag_ = Drag::lasso, lasso_ = QPolygonF{pressed_at_};
}

void MapCanvas::mouseMoveEvent(QMouseEvent* event) {
  const QPointF at = event->position();
  if (drag_ == Drag::move) {
    const QPointF by = at - last_at_;
    middle_ -= QPointF(by.x() / (std::max(10.0, width() - 2 * kMargin) * zoom_), by.y() / (std::max(10.0, height() - 2 * kMargin) * zoom_));
    last_at_ = at;
    return changed();
  }
  if (drag_ == Drag::lasso) {
    if ((at - lasso_.last()).manhattanLength() >= 3) lasso_ << at;
    return update();
  }
  const MapDot* dot = dot_at(at, kNear);
  const qint64 clip = dot ? dot->clip : 0;
  if (clip == hovered_) return;
  hovered_ = clip;
  setCursor(clip != 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
  Q_EMIT hovered(clip);
  update();
}

void MapCanvas::mouseReleaseEvent(QMouseEvent* event) {
  const Drag was = std::exchange(drag_, Drag::none);
  if (was != Drag::lasso) return;
  if ((event->position() - pressed_at_).manhattanLength() < 5 && lasso_.size() < 4) {
    lasso_.clear();
    if (const MapDot* dot = dot_at(event->position(), kNear)) Q_EMIT clicked(dot->clip);
    else set_selection({});
    return update();
  }
  ring_ = 0;
  take(std::exchange(lasso_, {}));
}

void MapCanvas::take(const QPolygonF& outline) {
  const QRectF around = outline.boundingRect();
  std::vector<qint64> inside;
  for (const MapDot& dot : dots_) {
    if (bright_ && *bright_ != dot.label) continue;
    const QPointF at = to_pixels(dot.x, dot.y);
    if (around.contains(at) && outline.containsPoint(at, Qt::OddEvenFill)) inside.push_back(dot.clip);
  }
  set_selection(std::move(inside));
  update();
}

void MapCanvas::wheelEvent(QWheelEvent* event) { zoom(std::pow(1.2, event->angleDelta().y() / 120.0), event->position()); }

void MapCanvas::leaveEvent(QEvent*) {
  if (hovered_ == 0) return;
  hovered_ = 0;
  Q_EMIT hovered(0);
  update();
}

/// To the nearest dot within a right angle around the direction; where there is none, to the nearest that lies that way at all.
void MapCanvas::step(QPointF direction, bool choose) {
  if (dots_.empty()) return;
  const MapDot* from = marked_ != 0 ? dot_of(marked_) : nullptr;
  const QPointF here = from ? to_pixels(from->x, from->y) : QPointF(width() / 2.0, height() / 2.0);
  const MapDot* best = nullptr;
  double least = HUGE_VAL;
  constexpr double kAside = 1e6;  // pixels: behind every dot within the angle
  for (const MapDot& dot : dots_) {
    if (&dot == from) continue;
    const QPointF by = to_pixels(dot.x, dot.y) - here;
    const double along = QPointF::dotProduct(by, direction), across = std::abs(by.x() * direction.y() - by.y() * direction.x());
    if (along <= 0) continue;
    const double distance = along + 2 * across + (across > along ? kAside : 0);
    if (distance < least) least = distance, best = &dot;
  }
  if (!best) return;
  if (choose) {
    auto chosen = selection_;
    for (const qint64 clip : {from ? from->clip : 0, best->clip})
      if (clip != 0 && std::find(chosen.begin(), chosen.end(), clip) == chosen.end()) chosen.push_back(clip);
    set_selection(std::move(chosen));
  }
  Q_EMIT clicked(best->clip);
}

void MapCanvas::toggle_marked() {
  if (marked_ == 0) return;
  auto chosen = selection_;
  if (std::erase(chosen, marked_) == 0) chosen.push_back(marked_);
  set_selection(std::move(chosen));
}

void MapCanvas::ring(double factor) {
  const MapDot* dot = marked_ != 0 ? dot_of(marked_) : nullptr;
  if (!dot || (factor < 1 && ring_ == 0)) return;
  ring_ = ring_ == 0 ? kFirstRing : ring_ * factor;
  if (ring_ < kFirstRing / 2) {
    ring_ = 0;
    set_selection({});
    return update();
  }
  const QPointF here = to_pixels(dot->x, dot->y);
  QPolygonF outline;
  for (int i = 0; i < 64; ++i) outline << here + ring_ * QPointF(std::cos(i * M_PI / 32), std::sin(i * M_PI / 32));
  take(outline);
}

void MapCanvas::keyPressEvent(QKeyEvent* event) {
  const bool plain = !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
  const int key = event->key();
  if (plain && key >= Qt::Key_0 && key <= Qt::Key_9) return void(Q_EMIT label_key(key - Qt::Key_0));
  const bool choose = event->modifiers() & Qt::ShiftModifier;
  if ((event->modifiers() & Qt::ControlModifier) && (key == Qt::Key_Return || key == Qt::Key_Enter)) return toggle_marked();
  switch (plain ? key : 0) {
    case Qt::Key_Left: return step({-1, 0}, choose);
    case Qt::Key_Right: return step({1, 0}, choose);
    case Qt::Key_Up: return step({0, -1}, choose);
    case Qt::Key_Down: return step({0, 1}, choose);
    case Qt::Key_PageUp: return ring(1.25);
    case Qt::Key_PageDown: return ring(1 / 1.25);
    case Qt::Key_Plus: return zoom(1.4, QPointF(width() / 2.0, height() / 2.0));
    case Qt::Key_Minus: return zoom(1 / 1.4, QPointF(width() / 2.0, height() / 2.0));
    case Qt::Key_Home: return fit();
    case Qt::Key_Escape:
      ring_ = 0;
      set_selection({});
      return update();
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (marked_ != 0) Q_EMIT clicked(marked_);
      return;
    default: QWidget::keyPressEvent(event);
  }
}

void MapCanvas::contextMenuEvent(QContextMenuEvent* event) {
  if (event->reason() == QContextMenuEvent::Mouse && selection_.empty()) {
    if (const MapDot* dot = dot_at(event->pos(), kNear)) Q_EMIT clicked(dot->clip);
  }
  Q_EMIT menu_requested(event->globalPos());
}

}  // namespace luthier::ui
