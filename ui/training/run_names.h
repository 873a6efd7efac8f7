#pragma once
#include <QObject>

class QTableView;

namespace luthier::ui {

class RunTableModel;
class Workbench;

/// Titles that the user gives to runs in their table: F2 on a row or a double-click on its name opens a field, Enter keeps what was
/// typed, an empty field takes the title away. What comes in meanwhile does not change the field. GUI thread.
class RunNames : public QObject {
  Q_OBJECT
 public:
  RunNames(Workbench& bench, QTableView& table, RunTableModel& model);
  void edit(int row);

 private:
  void rename(const QString& run, const QString& title);

  Workbench& bench_;
  QTableView& table_;
  RunTableModel& model_;
};

}  // namespace luthier::ui
