#pragma once
#include <QWidget>
#include <functional>
#include <string>

#include "db/rows.h"
#include "ui/common/catalog_worker.h"

class QAction;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace luthier::ui {

class Workbench;

/// The transfers of the workspace, newest first, to be searched, opened again, kept and removed. Nothing is overwritten. GUI thread.
class TransferHistory : public QWidget {
  Q_OBJECT
 public:
  explicit TransferHistory(Workbench& bench, QWidget* parent = nullptr);
  void refresh();
  void unmark();  ///< none is chosen
  void show_newest();  ///< reads the whole list again and chooses the first

 Q_SIGNALS:
  void chosen(const luthier::db::TransferRow& row);
  void restore_requested(const luthier::db::TransferRow& row);
  void again_requested(const luthier::db::TransferRow& row);
  void removed();

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QAction* make_tool(const char* icon_name, const QString& words, const QString& tip, const char* object);
  void with_current(std::function<void(const db::TransferRow&)> then);
  std::vector<db::TransferId> selected() const;
  void keep_selected();
  void remove_selected();
  void update_tools();

  Workbench& bench_;
  QLineEdit* search_;
  QPushButton* more_;
  QListWidget* list_;
  bool newest_wanted_ = false;
  int limit_;
  Ticket ticket_;
  QAction* restore_;
  QAction* again_;
  QAction* keep_;
  QAction* copy_;
  QAction* remove_;
};

/// A run's id as it is, a file of weights by its name.
QString model_title(const std::string& model);
/// Where the result of a transfer lies.
QString result_file(const Workbench& bench, const db::TransferRow& row);

}  // namespace luthier::ui
