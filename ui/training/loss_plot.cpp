#include "ui/training/loss_plot.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMouseEvent>
#include <QSettings>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/application_style.h"
#include "ui/training/qcustomplot_header.h"
#include "ui/training/run_record.h"

namespace luthier::ui {
namespace {

QString curve_title(const std::string& name, bool validation) {
  const QString text = QString::fromStdString(name).replace('_', ' ');
  return validation ? QObject::tr("validation: %1").arg(text) : text;
}

}  // namespace

LossPlot::LossPlot(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  auto* row = new QHBoxLayout;
  curves_button_ = new QToolButton(this);
  curves_button_->setText(tr("Curves"));
  curves_button_->setIcon(icon("train"));
  curves_button_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  curves_button_->setPopupMode(QToolButton::InstantPopup);
  curves_button_->setToolTip(tr("Which curves are drawn"));
  curves_menu_ = new QMenu(curves_button_);
  curves_button_->setMenu(curves_menu_);
  log_ = new QCheckBox(tr("Log axis"), this);
  log_->setToolTip(tr("Losses on a logarithmic axis"));
  log_->setChecked(QSettings().value("plot/log", false).toBool());
  auto* words = new QLabel(tr("Smoothing"), this);
  words->setProperty("role", "hint");
  smoothing_ = new QSlider(Qt::Horizontal, this);
  smoothing_->setRange(0, 99);
  smoothing_->setFixedWidth(110);
  smoothing_->setValue(QSettings().value("plot/smoothing", 90).toInt());
  smoothing_->setAccessibleName(tr("Smoothing"));
  smoothing_->setToolTip(tr("How much of the past the thick line remembers; the thin line is raw"));
  auto* all = new QToolButton(this);
  all->setIcon(icon("fit"));
  all->setAccessibleName(tr("Show all"));
  all->setToolTip(tr("Show all (double-click in the plot)"));
  row->addWidget(curves_button_);
  row->addWidget(log_);
  row->addSpacing(8);
  row->addWidget(words);
  row->addWidget(smoothing_);
  row->addStretch();
  row->addWidget(all);
  column->addLayout(row);
  plot_ = new QCustomPlot(this);
  plot_->setAccessibleName(tr("Losses over steps"));
  plot_->setMinimumHeight(120);
  plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  plot_->axisRect()->setRangeZoom(Qt::Horizontal);
  plot_->setNoAntialiasingOnDrag(true);
  plot_->xAxis->setLabel(tr("step"));
  plot_->xAxis->setNumberFormat("gb");
  plot_->legend->setVisible(true);
  plot_->axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignTop | Qt::AlignRight);
  hint_ = new QLabel(tr("The losses of the run appear here while it trains."), this);
  hint_->setProperty("role", "hint");
  hint_->setAlignment(Qt::AlignCenter);
  column->addWidget(plot_, 1);
  column->addWidget(hint_, 1);
  connect(all, &QToolButton::clicked, this, [this] {
    by_hand_ = false;
    fit();
  });
  connect(plot_, &QCustomPlot::mouseDoubleClick, this, [this] {
    by_hand_ = false;
    fit();
  });
  connect(plot_, &QCustomPlot::mouseWheel, this, [this] { by_hand_ = true; });
  connect(plot_, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) by_hand_ = true;
  });
  connect(log_, &QCheckBox::toggled, this, [this](bool on) {
    QSettings().setValue("plot/log", on);
    restyle();
    fit();
  });
  connect(smoothing_, &QSlider::valueChanged, this, [this](int value) {
    QSettings().setValue("plot/smoothing", value);
    smooth_again();
  });
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &LossPlot::restyle);
  restyle();
  show_hint();
}

void LossPlot::show_hint() {
  const bool any = !curves_.empty() || !pin_graphs_.empty();
  plot_->setVisible(any);
  hint_->setVisible(!any);
}

bool LossPlot::logarithmic() const { return log_->isChecked(); }
void LossPlot::set_logarithmic(bool on) { log_->setChecked(on); }

int LossPlot::point_count() const { return curves_.empty() ? 0 : curves_.front().raw->dataCount(); }

void LossPlot::clear() {
  plot_->clearGraphs();
  plot_->clearItems();
  curves_.clear();
  pin_graphs_.clear();
  phase_starts_.clear();
  run_.clear();
  by_hand_ = false;
  fill_menu();
  draw_pins();
  show_hint();
  plot_->replot(QCustomPlot::rpQueuedReplot);
}

void LossPlot::add_curve(const std::string& name, bool validation, bool shown) {
  Curve curve;
  curve.name = name;
  curve.validation = validation;
  curve.shown = shown;
  curve.raw = plot_->addGraph();
  curve.raw->setAdaptiveSampling(true);
  if (!validation) {
    curve.smooth = plot_->addGraph();
    curve.smooth->setName(curve_title(name, false));
    curve.raw->removeFromLegend();
  } else {
    curve.raw->setName(curve_title(name, true));
  }
  curves_.push_back(curve);
  show_hint();
  restyle();
  fill_menu();
}

void LossPlot::feed(Curve& curve, const std::vector<double>& steps, const std::vector<double>& values) {
  if (steps.size() < curve.taken) {  // the run went on from an older checkpoint
    curve.taken = 0;
    curve.raw->data()->clear();
    if (curve.smooth) curve.smooth->data()->clear();
  }
  const double keep = smoothing_->value() / 100.0;
  for (; curve.taken < steps.size(); ++curve.taken) {
    const double x = steps[curve.taken], y = values[curve.taken];
    const bool new_phase = curve.taken > 0 && phase_between(steps[curve.taken - 1], x);
    if (new_phase) {  // another phase measures something else: a gap, and smoothing starts anew
      const double gap = (steps[curve.taken - 1] + x) / 2;
      curve.raw->addData(gap, std::numeric_limits<double>::quiet_NaN());
      if (curve.smooth) curve.smooth->addData(gap, std::numeric_limits<double>::quiet_NaN());
    }
    curve.raw->addData(x, y);
    if (!curve.smooth) continue;
    const bool first = curve.smooth->dataCount() == 0 || new_phase;
    if (first) curve.average = y;
    else if (std::isfinite(y)) curve.average = keep * curve.average + (1 - keep) * y;
    curve.smooth->addData(x, curve.average);
  }
}

void LossPlot::show_run(const RunRecord& record) {
  if (record.id != run_) {
    clear();
    run_ = record.id;
  }
  mark_phases(record);
  auto curve_of = [this](const std::string& name, bool validation) -> Curve* {
    for (Curve& curve : curves_) {
      if (curve.name == name && curve.validation == validation) return &curve;
    }
    return nullptr;
  };
  // At first the total and the criterion are drawn; the parts can be switched on.
  for (std::size_t i = 0; i < record.loss_names.size(); ++i) {
    if (!curve_of(record.loss_names[i], false)) add_curve(record.loss_names[i], false, i == 0);
    feed(*curve_of(record.loss_names[i], false), record.losses.at(record.loss_names[i]).steps,
         record.losses.at(record.loss_names[i]).values);
  }
  for (std::size_t i = 0; i < record.metric_names.size(); ++i) {
    if (!curve_of(record.metric_names[i], true)) add_curve(record.metric_names[i], true, i == 0);
    feed(*curve_of(record.metric_names[i], true), record.metrics.at(record.metric_names[i]).steps,
         record.metrics.at(record.metric_names[i]).values);
  }
  if (!by_hand_) fit();
  else plot_->replot(QCustomPlot::rpQueuedReplot);
  tell_value();
}

bool LossPlot::phase_between(double before, double step) const {
  return std::any_of(phase_starts_.begin(), phase_starts_.end(), [&](double start) { return before <= start && step > start; });
}

void LossPlot::mark_phases(const RunRecord& record) {
  if (record.phases.size() == phase_starts_.size() + 1 || record.phases.size() < 2) return;
  plot_->clearItems();
  phase_starts_.clear();
  for (std::size_t i = 1; i < record.phases.size(); ++i) {
    const double at = static_cast<double>(record.phases[i].step);
    phase_starts_.push_back(at);
    auto* line = new QCPItemStraightLine(plot_);
    line->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point1->setCoords(at, 0);
    line->point2->setCoords(at, 1);
    line->setPen(QPen(theme().dim, 1, Qt::DashLine));
    auto* text = new QCPItemText(plot_);
    text->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    text->position->setCoords(at, 0.02);
    text->setPositionAlignment(Qt::AlignTop | Qt::AlignLeft);
    text->setPadding(QMargins(5, 0, 0, 0));
    text->setText(record.phases[i].name);
    text->setColor(theme().dim);
  }
}

void LossPlot::set_pins(std::vector<std::shared_ptr<const RunRecord>> pins) {
  pins_ = std::move(pins);
  draw_pins();
  show_hint();
  if (!by_hand_) fit();
  else plot_->replot(QCustomPlot::rpQueuedReplot);
}

void LossPlot::draw_pins() {
  for (QCPGraph* graph : pin_graphs_) plot_->removeGraph(graph);
  pin_graphs_.clear();
  const double keep = smoothing_->value() / 100.0;
  std::size_t number = 5;  // colours that the chosen run's first curves do not use
  for (const auto& pin : pins_) {
    if (pin->id == run_) continue;
    QColor color = series_color(number++);
    if (!theme().dark) color = color.darker(135);
    auto add = [&](const std::string& name, const RunRecord::Series& series, bool validation) {
      QCPGraph* graph = plot_->addGraph();
      graph->setAdaptiveSampling(true);
      graph->setPen(QPen(color, 1.3, validation ? Qt::DotLine : Qt::SolidLine));
      graph->setName(pin->id.left(16).mid(9, 4) + " " + pin->preset + ": " + curve_title(name, validation));
      double average = 0;
      for (std::size_t i = 0; i < series.steps.size(); ++i) {
        bool fresh = i == 0;
        for (std::size_t p = 1; i > 0 && p < pin->phases.size(); ++p) {
          const double at = static_cast<double>(pin->phases[p].step);
          fresh = fresh || (series.steps[i - 1] <= at && series.steps[i] > at);
        }
        if (fresh && i > 0) graph->addData(series.steps[i] - 0.5, std::numeric_limits<double>::quiet_NaN());
        if (fresh || validation) average = series.values[i];
        else if (std::isfinite(series.values[i])) average = keep * average + (1 - keep) * series.values[i];
        graph->addData(series.steps[i], average);
      }
      pin_graphs_.push_back(graph);
    };
    if (!pin->loss_names.empty()) add(pin->loss_names.front(), pin->losses.at(pin->loss_names.front()), false);
    if (!pin->metric_names.empty()) add(pin->metric_names.front(), pin->metrics.at(pin->metric_names.front()), true);
  }
  plot_->legend->setVisible(!curves_.empty() || !pin_graphs_.empty());
}

void LossPlot::tell_value() {
  QStringList words;
  for (const Curve& curve : curves_) {
    if (!curve.shown || curve.raw->dataCount() == 0) continue;
    const auto last = curve.raw->data()->constEnd() - 1;
    words << tr("%1: %2 at step %3").arg(curve_title(curve.name, curve.validation)).arg(last->value, 0, 'g', 4).arg(last->key);
  }
  plot_->setAccessibleDescription(words.join("; "));
  plot_->setToolTip(words.join("\n"));
}

void LossPlot::smooth_again() {
  const double keep = smoothing_->value() / 100.0;
  for (Curve& curve : curves_) {
    if (!curve.smooth) continue;
    curve.smooth->data()->clear();
    bool first = true;
    for (const auto& point : *curve.raw->data()) {
      if (std::isnan(point.value)) {  // the gap between two phases
        curve.smooth->addData(point.key, point.value);
        first = true;
        continue;
      }
      if (first) curve.average = point.value;
      else if (std::isfinite(point.value)) curve.average = keep * curve.average + (1 - keep) * point.value;
      first = false;
      curve.smooth->addData(point.key, curve.average);
    }
  }
  draw_pins();
  plot_->replot(QCustomPlot::rpQueuedReplot);
}

void LossPlot::fit() {
  bool first = true;
  for (const Curve& curve : curves_) {
    if (!curve.shown) continue;
    curve.raw->rescaleAxes(!first);
    first = false;
  }
  for (QCPGraph* graph : pin_graphs_) {
    graph->rescaleAxes(!first);
    first = false;
  }
  QCPRange y = plot_->yAxis->range();
  if (log_->isChecked()) plot_->yAxis->setRange(y.lower / 1.15, y.upper * 1.15);
  else plot_->yAxis->setRange(std::min(0.0, y.lower) - 0.02 * y.size(), y.upper + 0.05 * y.size());
  plot_->replot(QCustomPlot::rpQueuedReplot);
}

void LossPlot::restyle() {
  const Theme& t = theme();
  plot_->setBackground(t.canvas);
  const bool logarithmic_axis = log_->isChecked();
  plot_->yAxis->setScaleType(logarithmic_axis ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
  plot_->yAxis->setTicker(logarithmic_axis ? QSharedPointer<QCPAxisTicker>(new QCPAxisTickerLog)
                                           : QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
  plot_->yAxis->setNumberFormat(logarithmic_axis ? "eb" : "gb");
  plot_->yAxis->setNumberPrecision(logarithmic_axis ? 0 : 4);
  for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
    axis->setBasePen(QPen(t.line));
    axis->setTickPen(QPen(t.dim));
    axis->setSubTickPen(QPen(t.line));
    axis->setTickLabelColor(t.dim);
    axis->setLabelColor(t.dim);
    axis->grid()->setPen(QPen(t.grid, 1, Qt::DotLine));
    axis->grid()->setZeroLinePen(QPen(t.grid));
  }
  QColor back = t.panel;
  back.setAlpha(210);
  plot_->legend->setBrush(back);
  plot_->legend->setBorderPen(QPen(t.line));
  plot_->legend->setTextColor(t.text);
  show_hidden();
}

void LossPlot::show_hidden() {
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    Curve& curve = curves_[i];
    QColor color = series_color(i);
    if (!theme().dark) color = color.darker(135);
    QColor faint = color;
    faint.setAlpha(80);
    curve.raw->setVisible(curve.shown);
    if (curve.smooth) {
      curve.raw->setPen(QPen(faint, 1));
      curve.smooth->setPen(QPen(color, 2));
      curve.smooth->setVisible(curve.shown);
      if (curve.shown) curve.smooth->addToLegend();
      else curve.smooth->removeFromLegend();
    } else {
      curve.raw->setPen(QPen(color, 1.6, Qt::DashLine));
      curve.raw->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, color, color, 6));
      if (curve.shown) curve.raw->addToLegend();
      else curve.raw->removeFromLegend();
    }
  }
  plot_->legend->setVisible(!curves_.empty() || !pin_graphs_.empty());
  plot_->replot(QCustomPlot::rpQueuedReplot);
}

void LossPlot::fill_menu() {
  curves_menu_->clear();
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    QAction* action = curves_menu_->addAction(curve_title(curves_[i].name, curves_[i].validation));
    action->setCheckable(true);
    action->setChecked(curves_[i].shown);
    connect(action, &QAction::toggled, this, [this, i](bool on) {
      if (i >= curves_.size()) return;
      curves_[i].shown = on;
      show_hidden();
      fit();
    });
  }
  curves_button_->setEnabled(!curves_.empty());
}

}  // namespace luthier::ui
