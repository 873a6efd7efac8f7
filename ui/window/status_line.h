#pragma once
#include <QStatusBar>
#include <QTimer>

class QLabel;
class QMenu;
class QProgressBar;
class QToolButton;

namespace luthier::ui {

class Workbench;

/// The bar at the bottom: the workspace and whether it can be written, what was said last, the long jobs that run with their cancel
/// buttons, and the sound output with its latency and dropouts. GUI thread.
class StatusLine : public QStatusBar {
  Q_OBJECT
 public:
  explicit StatusLine(Workbench& bench, QWidget* parent = nullptr);

 private:
  void show_place();
  void show_tasks();
  void fill_jobs();
  void show_device();

  Workbench& bench_;
  QLabel* place_;
  QLabel* read_only_;
  QLabel* task_text_;
  QProgressBar* task_bar_;
  QToolButton* task_cancel_;
  QToolButton* more_;  ///< the other jobs that run, each to be cancelled
  QMenu* jobs_;
  QLabel* device_;
  QLabel* figures_;    ///< of the sound output: never cut short
  QTimer underrun_timer_;
};

}  // namespace luthier::ui
