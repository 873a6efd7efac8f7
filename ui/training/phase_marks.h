#pragma once
#include <QString>
#include <vector>

class QCustomPlot;

namespace luthier::ui {

class RunRecord;

/// Where the phases of a run start: a dashed line with the phase's name, and with the weights that it gives to the parts of the
/// loss where the run tells them.
class PhaseMarks {
 public:
  explicit PhaseMarks(QCustomPlot& plot) : plot_(plot) {}
  /// Draws anew only when something has changed.
  void show(const RunRecord& record, bool weights);
  void clear();
  /// Last step before each phase but the first.
  const std::vector<double>& starts() const { return starts_; }

 private:
  void mark(double step, const QString& text);

  QCustomPlot& plot_;
  std::vector<double> starts_;
  std::vector<QString> drawn_;
};

}  // namespace luthier::ui
