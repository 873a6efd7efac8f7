#pragma once
#include <QWidget>
#include <memory>
#include <vector>

#include "core/session/dataset_session.h"
#include "db/rows.h"
#include "ui/common/catalog_worker.h"

class QLabel;
class QPushButton;
class QTableWidget;

namespace luthier::ui {

class WallView;
class Workbench;

/// Figures of each label - clips, length, level and, when asked for, what the sounds are like - and below the spectrograms of
/// the label that is chosen. GUI thread.
class LabelsView : public QWidget {
  Q_OBJECT
 public:
  explicit LabelsView(Workbench& bench, QWidget* parent = nullptr);
  WallView& wall() { return *wall_; }
  QTableWidget& table() { return *table_; }
  /// Reads every clip and adds columns of measures, in the background.
  void analyse();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void refresh();
  void show_table();
  void show_wall();

  Workbench& bench_;
  QTableWidget* table_;
  QLabel* heading_;
  QPushButton* analyse_;
  WallView* wall_;
  Ticket ticket_;
  std::vector<db::LabelStats> stats_;
  std::vector<LabelMeasures> measures_;
  bool fresh_ = false;
};

}  // namespace luthier::ui
