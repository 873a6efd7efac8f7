#include "ui/evaluate/direction_matrix.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/application_style.h"
#include "ui/evaluate/evaluation_model.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

int place_in(QStringList& names, const std::string& name) {
  const QString wanted = text(name);
  if (!names.contains(wanted)) names << wanted;
  return static_cast<int>(names.indexOf(wanted));
}

}  // namespace

DirectionMatrix::DirectionMatrix(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  auto* row = new QHBoxLayout;
  title_ = new QLabel(this);
  title_->setProperty("role", "heading");
  metric_ = new QComboBox(this);
  metric_->setObjectName("direction_metric");
  metric_->setAccessibleName(tr("Figure by direction"));
  metric_->setToolTip(tr("Which figure is shown by direction"));
  summary_ = new QLabel(this);
  summary_->setProperty("role", "hint");
  summary_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  row->addWidget(title_);
  row->addWidget(metric_);
  row->addWidget(summary_, 1);
  table_ = new QTableWidget(this);
  table_->setObjectName("directions");
  table_->setAccessibleName(tr("Figures by direction"));
  table_->setWhatsThis(tr("The figure chosen above for each direction: rows are the instrument of the content, columns that of the style."));
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setSelectionMode(QAbstractItemView::NoSelection);
  table_->verticalHeader()->setDefaultSectionSize(24);
  column->addLayout(row);
  column->addWidget(table_, 1);
  connect(metric_, &QComboBox::activated, this, &DirectionMatrix::show_matrix);
  connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &DirectionMatrix::show_matrix);
  show_matrix();
}

void DirectionMatrix::set_row(const EvaluationRow* row, const std::vector<MetricInfo>& metrics) {
  row_ = row ? *row : EvaluationRow();
  metrics_.clear();
  const QString before = metric_->currentData().toString();
  const QSignalBlocker block(metric_);
  metric_->clear();
  for (const MetricInfo& metric : metrics) {
    const bool known = std::any_of(row_.directions.begin(), row_.directions.end(), [&](const auto& d) { return d.values.contains(metric.id); });
    if (!known) continue;
    metrics_.push_back(metric);
    metric_->addItem(text(metric.title) + better_arrow(metric.better), text(metric.id));
  }
  metric_->setCurrentIndex(std::max(0, metric_->findData(before)));
  show_matrix();
}

void DirectionMatrix::choose_metric(const std::string& id) {
  metric_->setCurrentIndex(std::max(0, metric_->findData(text(id))));
  show_matrix();
}

QString DirectionMatrix::summary() const { return summary_->text(); }

void DirectionMatrix::show_matrix() {
  table_->clear();
  table_->setRowCount(0);
  table_->setColumnCount(0);
  summary_->clear();
  const int chosen = metric_->currentIndex();
  const bool any = chosen >= 0 && !row_.directions.empty();
  metric_->setVisible(any);
  table_->setVisible(any);
  title_->setText(any ? tr("%1 by direction").arg(text(row_.name)) : tr("Choose a row to see it by direction"));
  if (!any) return;
  const MetricInfo& metric = metrics_[static_cast<std::size_t>(chosen)];
  QStringList contents, targets;
  const DirectionFigures *best = nullptr, *worst = nullptr;
  auto value = [&](const DirectionFigures& d) {
    const auto found = d.values.find(metric.id);
    return found == d.values.end() ? std::nan("") : found->second;
  };
  for (const DirectionFigures& d : row_.directions) {
    place_in(contents, d.content);
    place_in(targets, d.target);
    if (!std::isfinite(value(d))) continue;
    if (!best || badness(metric, value(d)) < badness(metric, value(*best))) best = &d;
    if (!worst || badness(metric, value(d)) > badness(metric, value(*worst))) worst = &d;
  }
  // One order for rows and columns, so that the diagonal is one.
  std::stable_sort(targets.begin(), targets.end(), [&](const QString& a, const QString& b) {
    const auto place = [&](const QString& name) { return contents.contains(name) ? contents.indexOf(name) : contents.size(); };
    return place(a) < place(b);
  });
  table_->setRowCount(static_cast<int>(contents.size()));
  table_->setColumnCount(static_cast<int>(targets.size()));
  QStringList across, down;
  for (const QString& name : targets) across << tr("to %1").arg(name);
  for (const QString& name : contents) down << tr("from %1").arg(name);
  table_->setHorizontalHeaderLabels(across);
  table_->setVerticalHeaderLabels(down);
  const bool differ = best && worst && value(*best) != value(*worst);
  for (const DirectionFigures& d : row_.directions) {
    auto* cell = new QTableWidgetItem(figure_text(metric, value(d)));
    cell->setTextAlignment(Qt::AlignCenter);
    cell->setToolTip(tr("%1 to %2, %3 cases").arg(text(d.content), text(d.target)).arg(d.cases));
    QFont bold = table_->font();
    bold.setBold(true);
    if (differ && (&d == best || &d == worst)) {
      cell->setForeground(&d == best ? theme().good : theme().danger);
      cell->setFont(bold);
    }
    table_->setItem(place_in(contents, d.content), place_in(targets, d.target), cell);
  }
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  if (differ) {
    summary_->setText(tr("Best: %1 to %2 %3; worst: %4 to %5 %6.")
                          .arg(text(best->content), text(best->target), figure_text(metric, value(*best)), text(worst->content), text(worst->target), figure_text(metric, value(*worst))));
  }
}

}  // namespace luthier::ui
