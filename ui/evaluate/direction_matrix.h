#pragma once
#include <QWidget>

#include "core/evaluate/evaluation_table.h"

class QComboBox;
class QLabel;
class QTableWidget;

namespace luthier::ui {

/// One row of an evaluation by direction: contents down, targets across, for one figure at a time, with the best and the worst
/// marked. GUI thread.
class DirectionMatrix : public QWidget {
  Q_OBJECT
 public:
  explicit DirectionMatrix(QWidget* parent = nullptr);
  /// `row` is copied; null: nothing to show.
  void set_row(const EvaluationRow* row, const std::vector<MetricInfo>& metrics);
  void choose_metric(const std::string& id);
  /// "Best: piano to violin 4.90; worst: harp to guitar 7.20."
  QString summary() const;

 private:
  void show_matrix();

  EvaluationRow row_;
  std::vector<MetricInfo> metrics_;
  QLabel* title_;
  QComboBox* metric_;
  QTableWidget* table_;
  QLabel* summary_;
};

}  // namespace luthier::ui
