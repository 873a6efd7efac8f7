#pragma once
#include <QHash>
#include <QWidget>
#include <memory>
#include <string>
#include <vector>

class QCPGraph;
class QCheckBox;
class QCustomPlot;
class QLabel;
class QMenu;
class QSlider;
class QToolButton;

namespace luthier::ui {

class RunRecord;

/// Losses and validation figures of a run over its steps: raw and smoothed, linear or logarithmic. New points are appended;
/// zoom by wheel, move by drag, double-click shows all. GUI thread.
class LossPlot : public QWidget {
  Q_OBJECT
 public:
  explicit LossPlot(QWidget* parent = nullptr);
  /// Shows a run; call again with the same one when it has grown.
  void show_run(const RunRecord& record);
  /// Other runs whose main loss and main validation figure are drawn thinly beside.
  void set_pins(std::vector<std::shared_ptr<const RunRecord>> pins);
  void clear();
  int point_count() const;  ///< of the first loss, for tests
  bool logarithmic() const;
  void set_logarithmic(bool on);
  QCustomPlot* plot() { return plot_; }

 private:
  struct Curve {
    std::string name;
    bool validation = false;
    QCPGraph* raw = nullptr;
    QCPGraph* smooth = nullptr;  ///< null for validation
    std::size_t taken = 0;
    double average = 0;          ///< of the smoothed curve, so far
    bool shown = true;
  };
  void add_curve(const std::string& name, bool validation, bool shown);
  void feed(Curve& curve, const std::vector<double>& steps, const std::vector<double>& values);
  void smooth_again();
  void restyle();
  void fit();
  void fill_menu();
  void show_hidden();
  void tell_value();
  void show_hint();
  void draw_pins();
  void mark_phases(const RunRecord& record);
  bool phase_between(double before, double step) const;

  QCustomPlot* plot_;
  QLabel* hint_;
  QCheckBox* log_;
  QSlider* smoothing_;
  QToolButton* curves_button_;
  QMenu* curves_menu_;
  std::vector<Curve> curves_;
  std::vector<std::shared_ptr<const RunRecord>> pins_;
  std::vector<QCPGraph*> pin_graphs_;
  std::vector<double> phase_starts_;  ///< last step before each phase but the first: curves are not joined across
  QString run_;
  bool by_hand_ = false;  ///< the user has zoomed: new points do not move the axes
};

}  // namespace luthier::ui
