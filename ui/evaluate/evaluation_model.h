#pragma once
#include <QAbstractTableModel>
#include <QStyledItemDelegate>
#include <vector>

#include "core/evaluate/evaluation_table.h"

namespace luthier::ui {

/// A table of a protocol run: systems down, figures across. The names of the systems are the vertical header, so that they stay
/// where they are while the figures are scrolled. GUI thread.
class EvaluationModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Role { interval_role = Qt::UserRole, best_role, reference_role, sort_role };
  explicit EvaluationModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  void set_table(EvaluationTable table);
  const EvaluationTable& table() const { return table_; }
  const std::vector<MetricInfo>& metrics() const { return metrics_; }
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QVariant figure(const EvaluationRow& row, const MetricInfo& metric, int role) const;
  QVariant fact(const EvaluationRow& row, int number, int role) const;
  QString gain(const EvaluationRow& row, const MetricInfo& metric) const;

  EvaluationTable table_;
  std::vector<MetricInfo> metrics_;         ///< that any row has
  std::vector<const EvaluationRow*> best_;  ///< [metric] into table_
};

/// Draws a figure with its 95 % interval below it, small.
class FigureDelegate : public QStyledItemDelegate {
  Q_OBJECT
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

/// " ↓", " ↑" or " → 1": which way is better.
QString better_arrow(Better better);
/// A value of a column as it is shown; "–" for none.
QString figure_text(const MetricInfo& metric, double value);

}  // namespace luthier::ui
