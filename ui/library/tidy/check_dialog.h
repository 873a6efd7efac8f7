#pragma once
#include <QDialog>
#include <memory>

#include "core/session/check_session.h"

class QCheckBox;
class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;

namespace luthier::ui {

class BackgroundTask;
class Workbench;

/// Looks through the workspace for lost, changed and left-over files, and finds moved ones again by their content.
class CheckDialog : public QDialog {
  Q_OBJECT
 public:
  explicit CheckDialog(Workbench& bench, QWidget* parent = nullptr);
  ~CheckDialog() override;
  bool running() const;
  const CheckResult& result() const { return *result_; }
  /// Searches these folders and files for what is missing, then checks anew.
  void find_in(const QStringList& paths);

 private:
  void check();
  void show_result();
  void start(BackgroundTask* task);
  void update_state();

  Workbench& bench_;
  std::unique_ptr<BackgroundTask> task_;
  std::shared_ptr<CheckResult> result_ = std::make_shared<CheckResult>();
  QLabel* heading_;
  QListWidget* list_;
  QProgressBar* bar_;
  QCheckBox* contents_;
  QPushButton* find_;
  QPushButton* again_;
  QString found_;  ///< what the last search came to
};

}  // namespace luthier::ui
