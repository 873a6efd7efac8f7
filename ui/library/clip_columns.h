#pragma once
#include <QObject>

class QMenu;

namespace luthier::ui {

class ClipTable;
class ClipTableModel;
class KeptColumns;

/// Which columns the library's table shows, how wide, in which order, and what it is sorted by: kept from start to start. A
/// click on a head sorts, Shift+click adds a further key, a third click in a row takes the sorting away. GUI thread.
class ClipColumns : public QObject {
  Q_OBJECT
 public:
  ClipColumns(ClipTable& table, ClipTableModel& model);
  /// A line for each column, ticked when it is shown.
  void fill_menu(QMenu& menu);

 private:
  void restore_sort();
  void remember_sort();
  void sort_by(int column, Qt::SortOrder order);
  void show_sort();

  ClipTable& table_;
  ClipTableModel& model_;
  KeptColumns* kept_;
};

}  // namespace luthier::ui
