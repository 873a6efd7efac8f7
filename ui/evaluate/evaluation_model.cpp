#include "ui/evaluate/evaluation_model.h"

#include <QApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/application_style.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

constexpr int kFacts = 4;  // cases before the figures; parameters, minutes and memory after them

}  // namespace

QString better_arrow(Better better) {
  if (better == Better::one) return QStringLiteral(" → 1");
  return better == Better::lower ? QStringLiteral(" ↓") : QStringLiteral(" ↑");
}

QString figure_text(const MetricInfo& metric, double value) {
  return std::isfinite(value) ? QString::number(value, 'f', metric.decimals) : QStringLiteral("–");
}

void EvaluationModel::set_table(EvaluationTable table) {
  beginResetModel();
  table_ = std::move(table);
  metrics_ = used_columns(table_);
  best_.clear();
  for (const MetricInfo& metric : metrics_) best_.push_back(best_row(table_, metric));
  endResetModel();
}

int EvaluationModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(table_.rows.size()); }

int EvaluationModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() || table_.rows.empty() ? 0 : static_cast<int>(metrics_.size()) + kFacts;
}

QVariant EvaluationModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const EvaluationRow& row = table_.rows[static_cast<std::size_t>(index.row())];
  if (role == reference_role) return is_reference_row(row);
  if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
  const int figures = static_cast<int>(metrics_.size());
  if (index.column() == 0) return fact(row, 0, role);
  if (index.column() > figures) return fact(row, index.column() - figures, role);
  const auto at = static_cast<std::size_t>(index.column() - 1);
  if (role == best_role) return best_[at] == &row;
  return figure(row, metrics_[at], role);
}

QVariant EvaluationModel::figure(const EvaluationRow& row, const MetricInfo& metric, int role) const {
  const auto found = row.figures.find(metric.id);
  const bool known = found != row.figures.end() && std::isfinite(found->second.value);
  if (role == sort_role) return known ? badness(metric, found->second.value) : std::numeric_limits<double>::infinity();
  if (role == Qt::DisplayRole) return known ? figure_text(metric, found->second.value) : QStringLiteral("–");
  if (!known) return {};
  const Interval& v = found->second;
  const QString interval = v.high > v.low ? QStringLiteral("%1 … %2").arg(figure_text(metric, v.low), figure_text(metric, v.high)) : QString();
  if (role == interval_role) return metric.id == "rtf" ? QString() : interval;
  if (role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
  QStringList lines{tr("%1, %2: %3 %4").arg(text(row.name), text(metric.title), figure_text(metric, v.value), text(metric.unit)).trimmed()};
  if (!interval.isEmpty()) lines << tr("95 % interval over phrases: %1").arg(interval);
  if (const QString against = gain(row, metric); !against.isEmpty()) lines << against;
  if (role == Qt::ToolTipRole) lines << text(metric.help);
  return lines.join(role == Qt::ToolTipRole ? "\n" : "; ");
}

QString EvaluationModel::gain(const EvaluationRow& row, const MetricInfo& metric) const {
  const EvaluationRow* base = table_.row("copy content");
  if (!base || base == &row || metric.better != Better::lower || metric.id == "rtf") return {};
  const auto from = base->figures.find(metric.id), to = row.figures.find(metric.id);
  if (from == base->figures.end() || to == row.figures.end() || !(from->second.value > 0)) return {};
  const double percent = 100 * (to->second.value / from->second.value - 1);
  return tr("%1%2 % against copying the content").arg(percent < 0 ? "−" : "+").arg(std::abs(percent), 0, 'f', 1);
}

QVariant EvaluationModel::fact(const EvaluationRow& row, int number, int role) const {
  double value = -1;
  if (number == 0) value = row.cases;
  else if (number == 1 && row.parameters > 0) value = static_cast<double>(row.parameters) / 1e6;
  else if (number == 2) value = row.training_minutes;
  else if (number == 3) value = row.peak_memory_mb;
  if (role == sort_role) return value;
  if (role != Qt::DisplayRole) return {};
  return value < 0 ? QStringLiteral("–") : QString::number(value, 'f', number == 1 ? 2 : 0);
}

QVariant EvaluationModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation == Qt::Vertical) {
    if (section < 0 || section >= rowCount()) return {};
    const EvaluationRow& row = table_.rows[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole) return text(row.name);
    if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter);
    return {};
  }
  const int figures = static_cast<int>(metrics_.size());
  if (section >= 1 && section <= figures) {
    const MetricInfo& metric = metrics_[static_cast<std::size_t>(section - 1)];
    if (role == Qt::DisplayRole) return text(metric.title) + (metric.unit.empty() || metric.unit == "ratio" ? QString() : ", " + text(metric.unit)) + better_arrow(metric.better);
    if (role == Qt::ToolTipRole) return text(metric.help);
    return {};
  }
  const QString titles[] = {tr("cases"), tr("weights, M"), tr("training, min"), tr("memory, MB")};
  const QString tips[] = {tr("Transfers that were measured"), tr("Millions of parameters"), tr("Minutes of training"), tr("Growth of the program while this row was made")};
  const int number = section == 0 ? 0 : section - figures;
  if (number < 0 || number >= kFacts) return {};
  if (role == Qt::DisplayRole) return titles[number];
  if (role == Qt::ToolTipRole) return tips[number];
  return {};
}

void FigureDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem plain = option;
  initStyleOption(&plain, index);
  plain.text.clear();
  const QStyle* style = option.widget ? option.widget->style() : QApplication::style();
  style->drawControl(QStyle::CE_ItemViewItem, &plain, painter, option.widget);
  const bool best = index.data(EvaluationModel::best_role).toBool();
  const QString interval = index.data(EvaluationModel::interval_role).toString();
  QFont font = option.font;
  font.setBold(best);
  painter->save();
  painter->setFont(font);
  painter->setPen(best ? theme().good : index.data(EvaluationModel::reference_role).toBool() ? theme().dim : theme().text);
  const QRect area = option.rect.adjusted(6, 3, -6, -3);
  painter->drawText(area, (interval.isEmpty() ? Qt::AlignVCenter : Qt::AlignTop) | Qt::AlignRight, index.data().toString());
  if (!interval.isEmpty()) {
    QFont small = option.font;
    small.setPointSizeF(small.pointSizeF() * 0.8);
    painter->setFont(small);
    painter->setPen(theme().dim);
    painter->drawText(area, Qt::AlignBottom | Qt::AlignRight, interval);
  }
  painter->restore();
}

QSize FigureDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QFont small = option.font;
  small.setPointSizeF(small.pointSizeF() * 0.8);
  QFont bold = option.font;
  bold.setBold(true);
  const int interval = QFontMetrics(small).horizontalAdvance(index.data(EvaluationModel::interval_role).toString());
  return {std::max(interval, QFontMetrics(bold).horizontalAdvance(index.data().toString())) + 16, 40};
}

}  // namespace luthier::ui
