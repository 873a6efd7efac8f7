#pragma once
#include <QStatusBar>
#include <QTimer>

class QLabel;
class QProgressBar;
class QToolButton;

namespace luthier::ui {

class Workbench;

/// The bar at the bottom: the workspace, what was said last, the long job that runs with its cancel button, and the sound
/// output with its dropouts. GUI thread.
class StatusLine : public QStatusBar {
  Q_OBJECT
 public:
  explicit StatusLine(Workbench& bench, QWidget* parent = nullptr);

 private:
  void show_place();
  void show_tasks();
  void show_device();

  Workbench& bench_;
  QLabel* place_;
  QLabel* task_text_;
  QProgressBar* task_bar_;
  QToolButton* task_cancel_;
  QLabel* device_;
  QTimer underrun_timer_;
};

}  // namespace luthier::ui
