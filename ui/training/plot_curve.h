#pragma once
#include <QColor>
#include <QString>
#include <string>
#include <vector>

#include "ui/training/run_record.h"

class QCPGraph;
class QCustomPlot;

namespace luthier::ui {

class SampledGraph;

/// What a figure of a run measures, which decides how it is drawn: losses raw and smoothed, validation as dots, and on the right
/// axis what drives a run: the step size, and weights of the loss.
enum class CurveKind { loss, validation, learning_rate, weight };
CurveKind curve_kind(const std::string& name);  ///< of a step's figure
QString curve_title(const std::string& name, CurveKind kind);

/// Exponential average over a run's steps that starts anew with every phase, which measures something else.
class Smoothing {
 public:
  explicit Smoothing(double keep) : keep_(keep) {}
  double next(double value);
  void start_anew() { first_ = true; }

 private:
  double keep_, average_ = 0;
  bool first_ = true;
};

/// True when a phase starts between two steps. `starts`: the last step before each phase but the first.
bool phase_between(const std::vector<double>& starts, double before, double step);

/// One figure of a run in a plot: grows with the run. The graphs belong to the plot.
class PlotCurve {
 public:
  PlotCurve(QCustomPlot& plot, std::string name, CurveKind kind, bool shown);
  const std::string& name() const { return name_; }
  CurveKind kind() const { return kind_; }
  bool on_right() const { return kind_ == CurveKind::learning_rate || kind_ == CurveKind::weight; }
  bool shown = true;
  /// Takes over what is new in the series; a shorter one than before starts it anew.
  void feed(const RunRecord::Series& series, const std::vector<double>& phase_starts, double keep);
  void smooth_again(double keep);
  void style(const QColor& color);
  void remove(QCustomPlot& plot);
  int points() const;
  QCPGraph* raw() const;
  /// "loss: 0.21", at the point that lies nearest to the step; empty without points.
  QString value_at(double step) const;
  /// The step of a point `by` points further than the one nearest to `step`; `step` without points.
  double step_beside(double step, int by) const;
  QString last_value() const;  ///< "loss: 0.21 at step 40"; empty without points

 private:
  std::string name_;
  CurveKind kind_;
  SampledGraph* raw_;
  SampledGraph* smooth_ = nullptr;  ///< of losses
  std::size_t taken_ = 0;
  Smoothing smoothing_{0};
};

}  // namespace luthier::ui
