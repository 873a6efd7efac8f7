#include "ui/training/plot_cursor.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/application_style.h"
#include "ui/common/spoken_reading.h"
#include "ui/training/plot_curve.h"
#include "ui/training/qcustomplot_header.h"

namespace luthier::ui {
namespace {
constexpr int kAll = 1 << 24;  ///< points: to the end
}

PlotCursor::PlotCursor(QCustomPlot& plot, const std::vector<PlotCurve>& curves, QWidget* parent) : QObject(parent), plot_(plot), curves_(curves), label_(new QLabel(parent)) {
  label_->setObjectName("plot_reading");
  label_->setProperty("role", "hint");
  label_->setTextFormat(Qt::PlainText);
  label_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  label_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
  label_->setFixedHeight(parent->fontMetrics().height() + 2);
  plot_.installEventFilter(this);
  connect(&plot_, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
    if (!(event->buttons() & Qt::LeftButton) && plot_.axisRect()->rect().contains(event->pos())) read_at(plot_.xAxis->pixelToCoord(event->pos().x()));
  });
}

void PlotCursor::read_at(double step) {
  QStringList words;
  for (const PlotCurve& curve : curves_) {
    if (!curve.shown) continue;
    if (const QString value = curve.value_at(step); !value.isEmpty()) words << value;
  }
  if (words.isEmpty()) return hide();
  step_ = step;
  if (!line_) {
    line_ = new QCPItemStraightLine(&plot_);
    for (QCPItemPosition* point : {line_->point1, line_->point2}) point->setTypeY(QCPItemPosition::ptAxisRectRatio);
  }
  line_->setPen(QPen(theme().accent, 1));
  line_->point1->setCoords(step, 0);
  line_->point2->setCoords(step, 1);
  label_->setText(tr("step %1   %2").arg(QLocale().toString(std::round(step), 'f', 0), words.join(QStringLiteral("   "))));
  speak_reading(plot_, label_->text());
  plot_.replot(QCustomPlot::rpQueuedReplot);
}

void PlotCursor::hide() {
  label_->clear();
  if (!line_) return;
  plot_.removeItem(std::exchange(line_, nullptr));
  plot_.replot(QCustomPlot::rpQueuedReplot);
}

void PlotCursor::move(int by) {
  const auto curve = std::find_if(curves_.begin(), curves_.end(), [](const PlotCurve& c) { return c.shown && c.points() > 0; });
  if (curve == curves_.end()) return;
  const double from = line_ ? step_ : plot_.xAxis->range().upper;
  read_at(curve->step_beside(from, line_ || std::abs(by) == kAll ? by : 0));
  if (plot_.xAxis->range().contains(step_)) return;
  plot_.xAxis->setRange(step_, plot_.xAxis->range().size(), Qt::AlignCenter);  // the view follows
  Q_EMIT view_moved();
}

bool PlotCursor::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Leave && !plot_.hasFocus()) hide();
  if (event->type() != QEvent::KeyPress) return QObject::eventFilter(watched, event);
  const auto* key = static_cast<QKeyEvent*>(event);
  const int step = key->modifiers() & Qt::ControlModifier ? 10 : 1;
  switch (key->key()) {
    case Qt::Key_Left: move(-step); return true;
    case Qt::Key_Right: move(step); return true;
    case Qt::Key_Home: move(-kAll); return true;
    case Qt::Key_End: move(kAll); return true;
    default: return QObject::eventFilter(watched, event);
  }
}

}  // namespace luthier::ui
