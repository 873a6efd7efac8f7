#pragma once
#include <QWidget>
#include <functional>
#include <string>

#include "core/session/run_title.h"
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
  QString model_title(const std::string& model) const;  ///< a run's title or its id, a file of weights by its name
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
  RunTitles titles_;  ///< of the runs, as last read
  QAction* restore_;
  QAction* again_;
  QAction* keep_;
  QAction* copy_;
  QAction* remove_;
};

/// Where the result of a transfer lies.
QString result_file(const Workbench& bench, const db::TransferRow& row);

}  // namespace luthier::ui
