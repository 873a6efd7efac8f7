#pragma once
#include <QHash>
#include <QWidget>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ui/training/plot_curve.h"

class QCPGraph;
class QCheckBox;
class QCustomPlot;
class QLabel;
class QMenu;
class QSlider;
class QToolButton;

namespace luthier::ui {

class PhaseMarks;
class PlotCursor;
class RunRecord;

/// Losses and validation figures of a run over its steps: raw and smoothed, linear or logarithmic; on an axis of its own the
/// learning rate, or the weights of the losses, which also stand at the phases. New points are appended; zoom by wheel, move by
/// drag, double-click shows all. GUI thread.
class LossPlot : public QWidget {
  Q_OBJECT
 public:
  explicit LossPlot(QWidget* parent = nullptr);
  ~LossPlot() override;
  /// Shows a run; call again with the same one when it has grown.
  void show_run(const RunRecord& record);
  /// Other runs whose main loss and main validation figure are drawn thinly beside.
  void set_pins(std::vector<std::shared_ptr<const RunRecord>> pins);
  void clear();
  int point_count() const;  ///< of the first loss, for tests
  int curve_count() const { return static_cast<int>(curves_.size()); }
  int pin_count() const;    ///< pinned runs that are drawn
  enum class Right { none, learning_rate, weights };
  void set_right(Right right);  ///< what the right axis shows
  bool logarithmic() const;
  void set_logarithmic(bool on);
  QCustomPlot* plot() { return plot_; }
  PlotCursor& cursor() { return *cursor_; }
  /// What is drawn now, by the file's ending: .png, .svg or .pdf as it looks, .csv as numbers (a line for each step of each curve)
  /// with its record beside it. Returns what writes the file, for any thread; that throws SessionError.
  std::function<void()> saver(const QString& file) const;

 Q_SIGNALS:
  void saved(const QString& file);
  void right_axis_changed();  ///< the phases may be told otherwise: show_run again

 private:
  double keep() const;
  void add_curve(const std::string& name, CurveKind kind, bool shown);
  bool shown_on_right(CurveKind kind) const;
  void smooth_again();
  void restyle();
  void fit();
  void fill_menu();
  void show_hidden();
  void tell_value();
  void ask_and_save(bool numbers);
  void show_hint();
  void draw_pins();

  QCustomPlot* plot_;
  QLabel* hint_;
  QCheckBox* log_;
  QSlider* smoothing_;
  QToolButton* curves_button_;
  QMenu* curves_menu_;
  std::vector<PlotCurve> curves_;
  std::unique_ptr<PhaseMarks> marks_;
  std::vector<std::shared_ptr<const RunRecord>> pins_;
  std::vector<QCPGraph*> pin_graphs_;
  Right right_ = Right::none;
  QString run_;
  PlotCursor* cursor_;
  bool by_hand_ = false;  ///< the user has zoomed: new points do not move the axes
};

}  // namespace luthier::ui
