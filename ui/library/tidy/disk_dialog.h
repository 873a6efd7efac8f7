#pragma once
#include <QDialog>
#include <memory>
#include <vector>

#include "core/session/disk_session.h"

class QLabel;
class QPushButton;
class QTreeWidget;

namespace luthier::ui {

class BackgroundTask;
class Workbench;

/// What the workspace takes on the disk, part by part and run by run, and what of it is ticked to be freed.
class DiskDialog : public QDialog {
  Q_OBJECT
 public:
  explicit DiskDialog(Workbench& bench, QWidget* parent = nullptr);
  ~DiskDialog() override;
  bool running() const;
  const std::vector<DiskItem>& items() const { return items_; }

 private:
  void look();
  void take(std::vector<DiskItem> items);
  std::vector<DiskItem> ticked() const;
  void show_sum();
  void free_ticked();
  void start(BackgroundTask* task);

  Workbench& bench_;
  std::unique_ptr<BackgroundTask> task_;
  std::vector<DiskItem> items_;
  QLabel* heading_;
  QTreeWidget* tree_;
  QPushButton* free_;
};

}  // namespace luthier::ui
