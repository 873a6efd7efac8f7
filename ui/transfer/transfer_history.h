#pragma once
#include <QWidget>
#include <functional>
#include <string>

#include "db/rows.h"

class QListWidget;
class QToolButton;

namespace luthier::ui {

class Workbench;

/// The transfers of the workspace, newest first. Nothing is overwritten, so each can be opened again.
class TransferHistory : public QWidget {
  Q_OBJECT
 public:
  explicit TransferHistory(Workbench& bench, QWidget* parent = nullptr);
  void refresh();
  void unmark();  ///< none is chosen
  void show_newest();  ///< reads the list again and chooses the first

 Q_SIGNALS:
  void chosen(const luthier::db::TransferRow& row);
  void restore_requested(const luthier::db::TransferRow& row);

 private:
  void with_current(std::function<void(const db::TransferRow&)> then);

  Workbench& bench_;
  QListWidget* list_;
  bool newest_wanted_ = false;
  QToolButton* restore_;
};

/// A run's id as it is, a file of weights by its name.
QString model_title(const std::string& model);

}  // namespace luthier::ui
