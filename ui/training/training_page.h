#pragma once
#include <QTimer>
#include <QWidget>

#include "ui/training/run_controller.h"
#include "ui/training/run_record.h"
#include "ui/training/run_steering.h"
#include "ui/training/run_watcher.h"

class QJsonObject;
class QTableView;

namespace luthier::ui {

class LossPlot;
class NewRunForm;
class PinnedRuns;
class PreviewPanel;
class RunHead;
class RunNames;
class RunTableModel;
class Workbench;

/// New runs at the left; at the right the run that is looked at, with its losses and previews, above the list of all runs.
class TrainingPage : public QWidget {
  Q_OBJECT
 public:
  explicit TrainingPage(Workbench& bench, QWidget* parent = nullptr);
  RunController& controller() { return controller_; }
  NewRunForm& form() { return *form_; }
  const RunRecord& record() const { return record_; }
  LossPlot& plot() { return *plot_; }
  PreviewPanel& previews() { return *previews_; }
  RunTableModel& runs() { return *runs_; }
  const QString& shown() const { return shown_; }
  void start();
  /// Looks at a run of the workspace.
  void show_run(const QString& id);
  /// Looks at the run of a loss plot that was saved, with the runs that were pinned in it, by the plot's record.
  void show_recorded(const QJsonObject& record);

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  QWidget* make_left();
  QWidget* make_run();
  QWidget* make_runs();
  void connect_run();
  void workspace_opened();
  void check();
  void use();
  void resume();
  void change();
  void go_on(const TrainingRequest& request);
  void arrived(const std::vector<RunEvent>& events);
  void heard_from_file(const QString& id, const std::vector<RunEvent>& events);
  void all_heard(const QString& id);
  void launched(const std::filesystem::path& workspace, const QString& run);
  void redraw();
  void show_head();
  void show_exactness();
  void ended(Outcome outcome, const QString& message);
  void read_pins();

  Workbench& bench_;
  RunController controller_;
  RunWatcher watcher_;
  RunRecord record_;
  RunRecord older_;            ///< from the file, while the window's own run is shown: its earlier sittings
  bool merging_ = false;       ///< what comes from the file goes there
  bool exactness_due_ = false; ///< the run has just been gone on with
  QString shown_;  ///< id of the run that is looked at
  RunSteering* steering_;
  NewRunForm* form_;
  RunHead* head_;
  LossPlot* plot_;
  PreviewPanel* previews_;
  PinnedRuns* pins_;
  RunTableModel* runs_;
  RunNames* names_;
  QTableView* table_;
  QTimer refresh_;
  QTimer redraw_;
};

}  // namespace luthier::ui
