#pragma once
#include <QLabel>
#include <QObject>
#include <vector>

class QCPItemStraightLine;
class QCustomPlot;

namespace luthier::ui {

class PlotCurve;

/// Reads the curves of a plot at a step: a line in the plot, and the values in a label below it. Follows the pointer; with the plot
/// focused, Left and Right go from point to point (ten with Ctrl), Home and End to the ends. GUI thread.
class PlotCursor : public QObject {
  Q_OBJECT
 public:
  /// `plot` and `curves` must outlive it.
  PlotCursor(QCustomPlot& plot, const std::vector<PlotCurve>& curves, QWidget* parent);
  void read_at(double step);
  void hide();
  QLabel& label() { return *label_; }
  QString reading() const { return label_->text(); }  ///< empty: it is nowhere

 Q_SIGNALS:
  void view_moved();  ///< the plot was moved to the cursor

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void move(int by);

  QCustomPlot& plot_;
  const std::vector<PlotCurve>& curves_;
  QLabel* label_;
  QCPItemStraightLine* line_ = nullptr;
  double step_ = 0;
};

}  // namespace luthier::ui
