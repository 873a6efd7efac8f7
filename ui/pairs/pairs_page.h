#pragma once
#include <QWidget>
#include <vector>

#include "db/rows.h"
#include "ui/common/workbench.h"

class QLabel;
class QListWidget;
class QPushButton;
class QStackedLayout;
class QTableView;
class QToolButton;

namespace luthier::ui {

class PairMaker;
class PairSets;
class PairTableModel;
class SpectrogramView;

/// Pair sets at the left; the pairs of the chosen one in a table, and below the sounds of the chosen pair one above the other.
class PairsPage : public QWidget {
  Q_OBJECT
 public:
  explicit PairsPage(Workbench& bench, QWidget* parent = nullptr);
  PairTableModel& model() { return *model_; }
  QListWidget& sets() { return *sets_; }
  PairMaker& maker() { return *maker_; }
  QTableView& table() { return *table_; }
  /// Makes a set: random pairs between labels, or of clips that share a phrase. Chosen when it is there.
  void generate(const QString& name, int count, quint64 seed, bool by_phrase);
  void import_file(const QString& file, const QString& name);
  void export_file(const QString& file);
  void rename_set(const QString& name);  ///< of the chosen one
  /// Takes the chosen pairs out of their set: one undo step.
  void remove_pairs();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* make_left();
  QWidget* make_right();
  void workspace_opened();
  /// Reads the sets now if the page is seen, else when it is shown.
  void note_change();
  void refresh_sets();
  void open_set_menu(const QPoint& at);
  void show_pair();
  void hear(const QModelIndex& index);
  void open_pair_menu(const QPoint& at);
  const db::PairSetRow* chosen_row() const;
  db::PairSetId chosen_set() const;
  /// The chosen set if pairs were put together by hand in it, else the one that is for that.
  QString set_for_hand() const;

  Workbench& bench_;
  PairSets* actions_;
  PairTableModel* model_;
  QListWidget* sets_;
  PairMaker* maker_;
  QTableView* table_;
  SpectrogramView* view_;
  QStackedLayout* stack_;
  QLabel* empty_;
  QToolButton* export_;
  QToolButton* remove_;
  QString wanted_;        ///< name of the set to choose when the list comes
  qint64 shown_ = 0;      ///< pair whose sounds are shown
  int play_role_ = -1;    ///< 0 content, 1 style, 2 target: to be heard when the sounds are there
  bool loading_ = false;  ///< the sounds of the shown pair are being read
  quint64 load_number_ = 0;
  int row_ = 0;           ///< the current one, kept where the list is read again
  bool to_last_ = false;  ///< the pair that was added is shown when the list comes
  bool stale_ = true;     ///< the sets may have changed since they were read
  std::vector<db::PairSetRow> rows_;
};

}  // namespace luthier::ui
