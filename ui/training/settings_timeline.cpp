#include "ui/training/settings_timeline.h"

#include <QSettings>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include "core/session/family_catalog.h"
#include "ui/application_style.h"
#include "ui/training/qcustomplot_header.h"

namespace luthier::ui {
namespace {

constexpr int kHeight = 132;
constexpr double kLeast = 0.02;    ///< weights below are as good as none
constexpr int kBetween = 24;       ///< places of a line that rises: it is bent on a logarithmic axis

}  // namespace

SettingsTimeline::SettingsTimeline(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 2, 0, 2);
  column->setSpacing(2);
  heading_ = new QToolButton(this);
  heading_->setObjectName("fold_timeline");
  heading_->setText(tr("Weights of the losses over the steps"));
  heading_->setToolTip(tr("How the weights change by these settings; dashed: a new phase"));
  heading_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  heading_->setCheckable(true);
  heading_->setAutoRaise(true);
  column->addWidget(heading_);
  plot_ = new QCustomPlot(this);
  plot_->setFixedHeight(kHeight);
  plot_->setAccessibleName(tr("Weights of the losses over the steps"));
  plot_->xAxis->setNumberFormat("gb");
  plot_->xAxis->ticker()->setTickCount(3);
  plot_->yAxis->setScaleType(QCPAxis::stLogarithmic);
  plot_->yAxis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
  plot_->yAxis->setNumberFormat("gb");
  plot_->yAxis->setNumberPrecision(3);
  plot_->axisRect()->setMinimumMargins({0, 4, 8, 0});
  plot_->legend->setVisible(true);
  plot_->legend->setFillOrder(QCPLegend::foColumnsFirst);
  plot_->legend->setWrap(3);
  plot_->legend->setRowSpacing(0);
  plot_->legend->setColumnSpacing(6);
  plot_->legend->setMargins({4, 0, 4, 0});
  plot_->legend->setIconSize(12, 8);
  plot_->plotLayout()->addElement(1, 0, plot_->legend);
  plot_->plotLayout()->setRowStretchFactor(1, 0.01);
  plot_->plotLayout()->setRowSpacing(0);
  column->addWidget(plot_);
  connect(heading_, &QToolButton::toggled, this, &SettingsTimeline::fold);
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &SettingsTimeline::draw);
  heading_->setChecked(QSettings().value("train/timeline", true).toBool());
  fold(heading_->isChecked());
  hide();
}

void SettingsTimeline::fold(bool open) {
  QSettings().setValue("train/timeline", open);
  heading_->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
  plot_->setVisible(open);
}

void SettingsTimeline::show_settings(const std::string& family, const Config& config) {
  problem_.clear();
  try {
    timeline_ = family_timeline(family, config);
  } catch (const ConfigError& error) {
    problem_ = QString::fromUtf8(error.what());
  }
  setVisible(!timeline_.curves.empty());
  if (!timeline_.curves.empty()) draw();
}

void SettingsTimeline::draw() {
  const Theme& t = theme();
  plot_->clearPlottables();
  plot_->clearItems();
  plot_->setBackground(t.canvas);
  QFont small = font();
  small.setPointSizeF(small.pointSizeF() * 0.8);
  for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
    axis->setBasePen(QPen(t.line));
    axis->setTickPen(QPen(t.dim));
    axis->setSubTickPen(QPen(t.line));
    axis->setTickLabelColor(t.dim);
    axis->setTickLabelFont(small);
    axis->grid()->setPen(QPen(t.grid, 1, Qt::DotLine));
  }
  QColor back = t.panel;
  back.setAlpha(200);
  plot_->legend->setBrush(back);
  plot_->legend->setBorderPen(Qt::NoPen);
  plot_->legend->setTextColor(t.text);
  plot_->legend->setFont(small);
  double end = 0, most = 0, least = 1;
  for (const PhaseInfo& phase : timeline_.phases) end += static_cast<double>(phase.steps);
  QStringList words;
  for (std::size_t i = 0; i < timeline_.curves.size(); ++i) {
    const TimelineCurve& curve = timeline_.curves[i];
    // A path, not a graph: two points of one step are a jump and keep their order.
    auto* path = new QCPCurve(plot_->xAxis, plot_->yAxis);
    path->setPen(QPen(t.dark ? series_color(i) : series_color(i).darker(135), 1.8));
    path->setName(QString::fromStdString(curve.name));
    auto add = [&](double step, double value) {
      const bool none = value < kLeast;
      path->addData(step, none ? std::numeric_limits<double>::quiet_NaN() : value);
      most = std::max(most, value);
      if (!none) least = std::min(least, value);
    };
    for (std::size_t k = 0; k < curve.points.size(); ++k) {
      const auto [step, value] = curve.points[k];
      add(step, value);
      if (k + 1 == curve.points.size() || curve.points[k + 1].first == step || curve.points[k + 1].second == value) continue;
      const auto [next_step, next_value] = curve.points[k + 1];
      for (int b = 1; b < kBetween; ++b) {
        const double share = static_cast<double>(b) / kBetween;
        add(step + share * (next_step - step), value + share * (next_value - value));
      }
    }
    words << tr("%1 from %2 to %3").arg(QString::fromStdString(curve.name)).arg(curve.points.front().second).arg(curve.points.back().second);
  }
  double start = 0;
  for (const PhaseInfo& phase : timeline_.phases) {
    if (start > 0) {
      auto* line = new QCPItemStraightLine(plot_);
      line->point1->setCoords(start, 0);
      line->point2->setCoords(start, 1);
      line->setPen(QPen(t.dim, 1, Qt::DashLine));
    }
    start += static_cast<double>(phase.steps);
  }
  plot_->xAxis->setRange(0, std::max(1.0, end));
  plot_->yAxis->setRange(least / 1.5, std::max(least, most) * 1.5);
  const QString told = problem_.isEmpty() ? words.join("\n") : problem_;
  plot_->setToolTip(told);
  plot_->setAccessibleDescription(told);
  plot_->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace luthier::ui
