#include "ui/training/loss_plot.h"

#include <QActionGroup>
#include <QCheckBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonObject>
#include <QLabel>
#include <QMenu>
#include <QMouseEvent>
#include <QSettings>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>
#include <utility>

#include "core/session/version.h"
#include "ui/application_style.h"
#include "ui/common/drawing_export.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/common/spoken_reading.h"
#include "ui/training/phase_marks.h"
#include "ui/training/plot_cursor.h"
#include "ui/training/plot_files.h"
#include "ui/training/run_record.h"
#include "ui/training/sampled_graph.h"

namespace luthier::ui {
namespace {

constexpr std::size_t kPinColours = 5;  ///< colours from here on are for pinned runs
constexpr double kRoomAtRight = 0.02;   ///< of the steps, so that the last point is not cut by the edge

/// Makes room at the right of `steps`, which every graph of `graphs` fits into. A single point has no width to take a share of.
void leave_room(QCPAxis& steps, const std::vector<QCPGraph*>& graphs) {
  QCPRange all;
  bool any = false;
  for (const QCPGraph* graph : graphs) {
    bool found = false;
    const QCPRange range = graph->getKeyRange(found);
    if (!found) continue;
    if (any) all.expand(range);
    else all = range;
    any = true;
  }
  if (any && all.size() > 0) steps.setRange(all.lower, all.upper + kRoomAtRight * all.size());
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
  auto* save_button = new QToolButton(this);
  save_button->setObjectName("save_plot");
  save_button->setIcon(icon("export"));
  save_button->setAccessibleName(tr("Save the plot"));
  save_button->setToolTip(tr("Save what is drawn: as a picture, or as numbers"));
  save_button->setPopupMode(QToolButton::InstantPopup);
  auto* save_menu = new QMenu(save_button);
  save_menu->addAction(icon("export"), tr("Picture (PNG, SVG, PDF)…"), this, [this] { ask_and_save(false); });
  save_menu->addAction(icon("export"), tr("Numbers (CSV)…"), this, [this] { ask_and_save(true); });
  save_button->setMenu(save_menu);
  row->addWidget(save_button);
  row->addWidget(all);
  column->addLayout(row);
  plot_ = new QCustomPlot(this);
  make_spoken(*plot_, QAccessible::Chart);
  plot_->setAccessibleName(tr("Losses over steps"));
  plot_->setMinimumHeight(120);
  plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  plot_->axisRect()->setRangeZoom(Qt::Horizontal);
  plot_->setNoAntialiasingOnDrag(true);
  plot_->xAxis->setLabel(tr("step"));
  plot_->xAxis->setNumberFormat("gb");
  plot_->legend->setVisible(true);
  plot_->setFocusPolicy(Qt::StrongFocus);
  plot_->setMouseTracking(true);
  plot_->setWhatsThis(tr("Wheel zooms, a drag moves, a double-click shows all. The values under the pointer stand below; Left and Right go from point to point, Home and End to the ends."));
  marks_ = std::make_unique<PhaseMarks>(*plot_);
  // Above the curves, where it covers none.
  auto* above = new QCPLayoutGrid;
  plot_->plotLayout()->insertRow(0);
  plot_->plotLayout()->addElement(0, 0, above);
  above->setMargins(QMargins(0, 4, 0, 0));
  above->addElement(0, 0, plot_->legend);
  plot_->legend->setFillOrder(QCPLayoutGrid::foColumnsFirst);
  plot_->legend->setWrap(3);
  plot_->plotLayout()->setRowStretchFactor(0, 0.001);
  hint_ = new QLabel(tr("The losses of the run appear here while it trains."), this);
  hint_->setProperty("role", "hint");
  hint_->setAlignment(Qt::AlignCenter);
  column->addWidget(plot_, 1);
  cursor_ = new PlotCursor(*plot_, curves_, this);
  connect(cursor_, &PlotCursor::view_moved, this, [this] { by_hand_ = true; });
  column->addWidget(&cursor_->label());
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
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, [this] {
    restyle();
    marks_->clear();
    Q_EMIT right_axis_changed();
  });
  right_ = static_cast<Right>(std::clamp(QSettings().value("plot/right", 0).toInt(), 0, 2));
  fill_menu();
  restyle();
  show_hint();
}

LossPlot::~LossPlot() = default;

void LossPlot::show_hint() {
  const bool any = !curves_.empty() || !pin_graphs_.empty();
  plot_->setVisible(any);
  cursor_->label().setVisible(any);
  hint_->setVisible(!any);
}

bool LossPlot::logarithmic() const { return log_->isChecked(); }
void LossPlot::set_logarithmic(bool on) { log_->setChecked(on); }

int LossPlot::pin_count() const {
  return static_cast<int>(std::count_if(pins_.begin(), pins_.end(), [this](const auto& pin) { return pin->id != run_; }));
}

double LossPlot::keep() const { return smoothing_->value() / 100.0; }

int LossPlot::point_count() const { return curves_.empty() ? 0 : curves_.front().points(); }

std::function<void()> LossPlot::saver(const QString& file) const {
  QJsonArray pinned;
  for (const auto& pin : pins_) pinned.append(pin->id);
  const QJsonObject record{{"kind", "loss_plot"}, {"version", QString::fromStdString(version_text())}, {"run", run_}, {"pinned", pinned}, {"smoothing", keep()}, {"logarithmic", logarithmic()}};
  if (QFileInfo(file).suffix().toLower() == "csv") return plot_numbers_writer(file, run_, curves_, pin_graphs_, record);
  return plot_picture_writer(file, *plot_, run_.isEmpty() ? tr("Losses") : run_, record);
}

void LossPlot::ask_and_save(bool numbers) {
  const QString file = numbers ? ask_for_file(this, tr("Save the numbers"), "losses.csv", tr("Numbers (*.csv)")) : ask_for_picture_file(this, "losses");
  if (file.isEmpty()) return;
  in_background<bool>(
      this, [write = saver(file)] { return write(), true; }, [this, file](bool) { Q_EMIT saved(file); }, [this](const QString& message) { show_error(this, message); });
}

void LossPlot::clear() {
  cursor_->hide();
  plot_->clearGraphs();
  curves_.clear();
  pin_graphs_.clear();
  marks_->clear();
  run_.clear();
  by_hand_ = false;
  fill_menu();
  draw_pins();
  show_hint();
  plot_->replot(QCustomPlot::rpQueuedReplot);
}

void LossPlot::add_curve(const std::string& name, CurveKind kind, bool shown) {
  curves_.emplace_back(*plot_, name, kind, shown);
  show_hint();
  restyle();
  fill_menu();
}

void LossPlot::show_run(const RunRecord& record) {
  if (record.id != run_) {
    clear();
    run_ = record.id;
  }
  marks_->show(record, right_ == Right::weights);
  auto feed = [&](const std::string& name, CurveKind kind, bool first, const RunRecord::Series& series) {
    auto of = [&] { return std::find_if(curves_.begin(), curves_.end(), [&](const PlotCurve& c) { return c.name() == name && c.kind() == kind; }); };
    if (of() == curves_.end()) add_curve(name, kind, first);
    of()->feed(series, marks_->starts(), keep());
  };
  // At first the total and the criterion are drawn; the parts can be switched on.
  for (std::size_t i = 0; i < record.loss_names.size(); ++i) {
    const CurveKind kind = curve_kind(record.loss_names[i]);
    feed(record.loss_names[i], kind, i == 0 || shown_on_right(kind), record.losses.at(record.loss_names[i]));
  }
  for (std::size_t i = 0; i < record.metric_names.size(); ++i) {
    feed(record.metric_names[i], CurveKind::validation, i == 0, record.metrics.at(record.metric_names[i]));
  }
  if (!by_hand_) fit();
  else plot_->replot(QCustomPlot::rpQueuedReplot);
  tell_value();
}

bool LossPlot::shown_on_right(CurveKind kind) const {
  return (kind == CurveKind::learning_rate && right_ == Right::learning_rate) || (kind == CurveKind::weight && right_ == Right::weights);
}

void LossPlot::set_right(Right right) {
  right_ = right;
  QSettings().setValue("plot/right", static_cast<int>(right));
  for (PlotCurve& curve : curves_) {
    if (curve.on_right()) curve.shown = shown_on_right(curve.kind());
  }
  Q_EMIT right_axis_changed();
  restyle();
  fit();
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
  std::size_t number = kPinColours;
  for (const auto& pin : pins_) {
    if (pin->id == run_) continue;
    QColor color = series_color(number++);
    if (!theme().dark) color = color.darker(135);
    std::vector<double> starts;
    for (std::size_t i = 1; i < pin->phases.size(); ++i) starts.push_back(static_cast<double>(pin->phases[i].step));
    auto add = [&](const std::string& name, const RunRecord::Series& series, CurveKind kind) {
      QCPGraph* graph = new SampledGraph(plot_->xAxis, plot_->yAxis);
      graph->setAdaptiveSampling(true);
      graph->setPen(QPen(color, 1.3, kind == CurveKind::validation ? Qt::DotLine : Qt::SolidLine));
      graph->setName(pin->id.left(16).mid(9, 4) + " " + pin->preset + ": " + curve_title(name, kind));
      Smoothing smoothing(kind == CurveKind::validation ? 0 : keep());
      for (std::size_t i = 0; i < series.steps.size(); ++i) {
        if (i > 0 && phase_between(starts, series.steps[i - 1], series.steps[i])) {
          graph->addData(series.steps[i] - 0.5, std::numeric_limits<double>::quiet_NaN());
          smoothing.start_anew();
        }
        graph->addData(series.steps[i], smoothing.next(series.values[i]));
      }
      pin_graphs_.push_back(graph);
    };
    if (!pin->loss_names.empty()) add(pin->loss_names.front(), pin->losses.at(pin->loss_names.front()), CurveKind::loss);
    if (!pin->metric_names.empty()) add(pin->metric_names.front(), pin->metrics.at(pin->metric_names.front()), CurveKind::validation);
  }
  plot_->legend->setVisible(!curves_.empty() || !pin_graphs_.empty());
}

void LossPlot::tell_value() {
  if (!cursor_->reading().isEmpty()) return;  // that is what the user asks about
  QStringList words;
  for (const PlotCurve& curve : curves_) {
    if (curve.shown && curve.points() > 0) words << curve.last_value();
  }
  plot_->setAccessibleDescription(words.join("; "));
}

void LossPlot::smooth_again() {
  for (PlotCurve& curve : curves_) curve.smooth_again(keep());
  draw_pins();
  plot_->replot(QCustomPlot::rpQueuedReplot);
}

void LossPlot::fit() {
  bool first = true, first_right = true;
  std::vector<QCPGraph*> left;
  for (const PlotCurve& curve : curves_) {
    if (!curve.shown) continue;
    if (curve.on_right()) curve.raw()->rescaleValueAxis(!std::exchange(first_right, false));
    else left.push_back(curve.raw());
  }
  left.insert(left.end(), pin_graphs_.begin(), pin_graphs_.end());
  for (QCPGraph* graph : left) graph->rescaleAxes(!std::exchange(first, false));
  leave_room(*plot_->xAxis, left);
  const QCPRange y = plot_->yAxis->range(), right = plot_->yAxis2->range();
  if (log_->isChecked()) plot_->yAxis->setRange(y.lower / 1.15, y.upper * 1.15);
  else plot_->yAxis->setRange(std::min(0.0, y.lower) - 0.02 * y.size(), y.upper + 0.05 * y.size());
  plot_->yAxis2->setRange(0, std::max(1e-12, right.upper) * 1.1);
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
  plot_->yAxis2->setVisible(right_ != Right::none);
  plot_->yAxis2->setLabel(right_ == Right::learning_rate ? tr("learning rate") : tr("weight"));
  plot_->yAxis2->setNumberFormat("gb");
  plot_->yAxis2->setNumberPrecision(3);
  for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis, plot_->yAxis2}) {
    axis->setBasePen(QPen(t.line));
    axis->setTickPen(QPen(t.dim));
    axis->setSubTickPen(QPen(t.line));
    axis->setTickLabelColor(t.dim);
    axis->setLabelColor(t.dim);
    axis->grid()->setPen(QPen(t.grid, 1, Qt::DotLine));
    axis->grid()->setZeroLinePen(QPen(t.grid));
  }
  plot_->legend->setBrush(Qt::NoBrush);
  plot_->legend->setBorderPen(Qt::NoPen);
  plot_->legend->setTextColor(t.text);
  show_hidden();
}

void LossPlot::show_hidden() {
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    QColor color = series_color(i);
    if (!theme().dark) color = color.darker(135);
    curves_[i].style(color);
  }
  plot_->legend->setVisible(!curves_.empty() || !pin_graphs_.empty());
  plot_->replot(QCustomPlot::rpQueuedReplot);
}

void LossPlot::fill_menu() {
  curves_menu_->clear();
  bool weights = false;
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    weights |= curves_[i].kind() == CurveKind::weight;
    if (curves_[i].on_right()) continue;
    QAction* action = curves_menu_->addAction(curve_title(curves_[i].name(), curves_[i].kind()));
    action->setCheckable(true);
    action->setChecked(curves_[i].shown);
    connect(action, &QAction::toggled, this, [this, i](bool on) {
      if (i >= curves_.size()) return;
      curves_[i].shown = on;
      show_hidden();
      fit();
    });
  }
  curves_menu_->addSection(tr("On the right"));
  auto* choice = new QActionGroup(curves_menu_);
  for (const auto& [right, words] : {std::pair{Right::none, tr("nothing")}, {Right::learning_rate, tr("learning rate")}, {Right::weights, tr("weights of the losses")}}) {
    if (right == Right::weights && !weights) continue;
    QAction* action = choice->addAction(words);
    action->setCheckable(true);
    action->setChecked(right == right_);
    curves_menu_->addAction(action);
    connect(action, &QAction::triggered, this, [this, right] { set_right(right); });
  }
  curves_button_->setEnabled(!curves_.empty());
}

}  // namespace luthier::ui
