#pragma once
#include <QDialog>
#include <vector>

#include "db/rows.h"
#include "ui/common/catalog_worker.h"

class QLabel;
class QPushButton;
class QTreeWidget;

namespace luthier::ui {

class Workbench;

/// Clips with the same samples, group by group: hear them, see them in the table, exclude or remove all but one of each.
class DuplicatesDialog : public QDialog {
  Q_OBJECT
 public:
  explicit DuplicatesDialog(Workbench& bench, QWidget* parent = nullptr);
  /// Clips that are extra and not excluded.
  qint64 extra() const { return static_cast<qint64>(extra_.size()); }
  bool loaded() const { return loaded_; }

 private:
  struct Found {
    std::vector<std::vector<db::ClipView>> groups;  ///< the first kMostShown of them
    std::vector<db::ClipId> all, extra, excluded;
    qint64 count = 0;  ///< of groups
  };
  void look();
  void take(Found found);
  QString heading(const Found& found) const;
  void exclude();
  void remove();

  Workbench& bench_;
  QLabel* heading_;
  QTreeWidget* tree_;
  QPushButton* show_;
  QPushButton* exclude_;
  QPushButton* remove_;
  Ticket ticket_;
  std::vector<db::ClipId> all_, extra_, excluded_;  ///< excluded_: those extra ones that are excluded already
  bool loaded_ = false;
};

}  // namespace luthier::ui
