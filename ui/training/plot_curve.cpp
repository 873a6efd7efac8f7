#include "ui/training/plot_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/training/sampled_graph.h"

namespace luthier::ui {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

}  // namespace

CurveKind curve_kind(const std::string& name) {
  if (name == "learning_rate") return CurveKind::learning_rate;
  return name.starts_with("weight_") ? CurveKind::weight : CurveKind::loss;
}

QString curve_title(const std::string& name, CurveKind kind) {
  const QString text = QString::fromStdString(name).replace('_', ' ');
  if (kind == CurveKind::validation) return QObject::tr("validation: %1").arg(text);
  return kind == CurveKind::weight ? QObject::tr("weight: %1").arg(text.mid(7)) : text;
}

double Smoothing::next(double value) {
  if (first_) average_ = value;
  else if (std::isfinite(value)) average_ = keep_ * average_ + (1 - keep_) * value;
  first_ = false;
  return average_;
}

bool phase_between(const std::vector<double>& starts, double before, double step) {
  return std::any_of(starts.begin(), starts.end(), [&](double start) { return before <= start && step > start; });
}

PlotCurve::PlotCurve(QCustomPlot& plot, std::string name, CurveKind kind, bool is_shown) : shown(is_shown), name_(std::move(name)), kind_(kind) {
  raw_ = new SampledGraph(plot.xAxis, on_right() ? plot.yAxis2 : plot.yAxis);
  raw_->setName(curve_title(name_, kind_));
  if (kind_ != CurveKind::loss) return;
  smooth_ = new SampledGraph(plot.xAxis, plot.yAxis);
  smooth_->setName(curve_title(name_, kind_));
  raw_->removeFromLegend();
}

void PlotCurve::remove(QCustomPlot& plot) {
  plot.removeGraph(raw_);
  if (smooth_) plot.removeGraph(smooth_);
}

void PlotCurve::feed(const RunRecord::Series& series, const std::vector<double>& phase_starts, double keep) {
  if (series.steps.size() < taken_) {  // the run went on from an older checkpoint
    taken_ = 0;
    raw_->clear_points();
    if (smooth_) smooth_->clear_points();
  }
  if (taken_ == 0) smoothing_ = Smoothing(keep);
  for (; taken_ < series.steps.size(); ++taken_) {
    const double x = series.steps[taken_], y = series.values[taken_];
    // The losses of another phase are not joined to those before, and a weight jumps there.
    if (taken_ > 0 && phase_between(phase_starts, series.steps[taken_ - 1], x)) {
      const double gap = (series.steps[taken_ - 1] + x) / 2;
      raw_->addData(gap, kNothing);
      if (smooth_) smooth_->addData(gap, kNothing);
      smoothing_.start_anew();
    }
    raw_->addData(x, y);
    if (smooth_) smooth_->addData(x, smoothing_.next(y));
  }
}

void PlotCurve::smooth_again(double keep) {
  if (!smooth_) return;
  smooth_->clear_points();
  smoothing_ = Smoothing(keep);
  for (const auto& point : *raw_->data()) {
    if (std::isnan(point.value)) {
      smoothing_.start_anew();
      smooth_->addData(point.key, point.value);
    } else {
      smooth_->addData(point.key, smoothing_.next(point.value));
    }
  }
}

void PlotCurve::style(const QColor& color) {
  raw_->setVisible(shown);
  SampledGraph* named = smooth_ ? smooth_ : raw_;
  if (smooth_) {
    QColor faint = color;
    faint.setAlpha(80);
    raw_->setPen(QPen(faint, 1));
    smooth_->setPen(QPen(color, 2));
    smooth_->setVisible(shown);
  } else if (kind_ == CurveKind::validation) {
    raw_->setPen(QPen(color, 1.6, Qt::DashLine));
    raw_->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, color, color, 6));
  } else {
    raw_->setPen(QPen(color, 1.4, Qt::DashDotLine));
  }
  if (shown) named->addToLegend();
  else named->removeFromLegend();
}

QCPGraph* PlotCurve::raw() const { return raw_; }

int PlotCurve::points() const { return raw_->dataCount(); }

namespace {

/// Place of the point nearest to a step among those that have a value; -1: none.
int nearest_point(const QCPGraphDataContainer& data, double step) {
  int best = -1;
  const auto from = std::max<std::ptrdiff_t>(0, data.findBegin(step) - data.constBegin() - 1);
  for (auto i = static_cast<int>(from); i < data.size() && i < from + 5; ++i) {
    const auto point = data.at(i);
    if (std::isfinite(point->value) && (best < 0 || std::abs(point->key - step) < std::abs(data.at(best)->key - step))) best = i;
  }
  return best;
}

}  // namespace

QString PlotCurve::value_at(double step) const {
  const int at = nearest_point(*raw_->data(), step);
  return at < 0 ? QString() : QObject::tr("%1: %2").arg(curve_title(name_, kind_)).arg(raw_->data()->at(at)->value, 0, 'g', 4);
}

double PlotCurve::step_beside(double step, int by) const {
  const int at = nearest_point(*raw_->data(), step);
  if (at < 0) return step;
  int to = std::clamp(at + by, 0, raw_->data()->size() - 1);
  if (!std::isfinite(raw_->data()->at(to)->value)) to = std::clamp(to + (by < 0 ? -1 : 1), 0, raw_->data()->size() - 1);
  return raw_->data()->at(to)->key;
}

QString PlotCurve::last_value() const {
  if (raw_->dataCount() == 0) return {};
  const auto last = raw_->data()->constEnd() - 1;
  return QObject::tr("%1: %2 at step %3").arg(curve_title(name_, kind_)).arg(last->value, 0, 'g', 4).arg(last->key);
}

}  // namespace luthier::ui
