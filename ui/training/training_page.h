#pragma once
#include <QMap>
#include <QTimer>
#include <QWidget>
#include <memory>

#include "ui/training/run_controller.h"
#include "ui/training/run_record.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QSplitter;
class QTableView;

namespace luthier::ui {

class LossPlot;
class NewRunForm;
class PreviewPanel;
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
  RunTableModel& runs() { return *runs_; }
  void start();
  /// Looks at a run of the workspace.
  void show_run(const QString& id);

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  QWidget* make_head();
  QWidget* make_runs();
  void workspace_opened();
  void check();
  void resume();
  void arrived(const std::vector<RunEvent>& events);
  void redraw();
  void show_head();
  void ended(Outcome outcome, const QString& message);
  QString shown_state() const;
  void read_pins();

  Workbench& bench_;
  RunController controller_;
  RunWatcher watcher_;
  RunRecord record_;
  QMap<QString, std::shared_ptr<const RunRecord>> pins_;  ///< ticked runs, read once
  quint64 pin_number_ = 0;
  QString shown_;  ///< id of the run that is looked at
  NewRunForm* form_;
  LossPlot* plot_;
  PreviewPanel* previews_;
  RunTableModel* runs_;
  QTableView* table_;
  QLabel* title_;
  QLabel* state_;
  QLabel* figures_;
  QLabel* message_;
  QProgressBar* bar_;
  QPushButton* pause_;
  QPushButton* stop_;
  QPushButton* resume_;
  QPushButton* transfer_;
  QTimer refresh_;
  QTimer redraw_;
};

}  // namespace luthier::ui
