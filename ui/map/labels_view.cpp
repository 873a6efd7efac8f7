#include "ui/map/labels_view.h"

#include <QToolButton>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "db/clip_store.h"
#include "db/label_query.h"
#include "ui/application_style.h"
#include "ui/common/background_task.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/common/kept_layout.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/library/clip_table_model.h"
#include "ui/map/wall_view.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

QString figure(const std::optional<double>& value) { return value ? QString::number(*value, 'f', 1) : QStringLiteral("–"); }

QString measure_text(const Spread& spread) {
  const int places = std::abs(spread.mean) < 0.1 ? 4 : std::abs(spread.mean) < 10 ? 2 : std::abs(spread.mean) < 100 ? 1 : 0;
  return QStringLiteral("%1 ± %2").arg(spread.mean, 0, 'f', places).arg(spread.deviation, 0, 'f', places);
}

/// Sorts by the number in UserRole.
class NumberItem : public QTableWidgetItem {
 public:
  NumberItem(const QString& words, double number) : QTableWidgetItem(words) {
    setData(Qt::UserRole, number);
    setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
  }
  bool operator<(const QTableWidgetItem& other) const override { return data(Qt::UserRole).toDouble() < other.data(Qt::UserRole).toDouble(); }
};

}  // namespace

LabelsView::LabelsView(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  table_ = new QTableWidget(this);
  table_->setObjectName("label_figures");
  table_->setAccessibleName(tr("Figures of each label"));
  table_->setWhatsThis(tr("Each row is a label, with means over its clips. The spectrograms of the chosen one are below."));
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setAlternatingRowColors(true);
  table_->setShowGrid(false);
  table_->setTabKeyNavigation(false);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(table_->fontMetrics().height() + 9);
  table_->horizontalHeader()->setHighlightSections(false);
  table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  auto* upper = new QWidget(this);
  auto* top = new QVBoxLayout(upper);
  top->setContentsMargins(0, 6, 0, 0);
  top->addWidget(table_, 1);
  heading_ = new QLabel(this);
  heading_->setProperty("role", "heading");
  analyse_ = new QPushButton(icon("search"), tr("Measure the sounds"), this);
  analyse_->setObjectName("measure_labels");
  analyse_->setToolTip(tr("Reads every labelled clip: dynamic range, brightness and more, mean and deviation by label. In the background."));
  auto* row = new QHBoxLayout;
  row->addWidget(heading_, 1);
  row->addWidget(make_copy_command_button(bench_, this, [this] { return measures_.empty() ? QStringList{"stats"} : QStringList{"stats", "--analyse"}; }));
  row->addWidget(analyse_);
  wall_ = new WallView(bench_, this);
  auto* lower = new QWidget(this);
  auto* bottom = new QVBoxLayout(lower);
  bottom->setContentsMargins(0, 0, 0, 0);
  bottom->addLayout(row);
  bottom->addWidget(wall_, 1);
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->addWidget(upper);
  splitter->addWidget(lower);
  splitter->setChildrenCollapsible(false);
  splitter->setStretchFactor(1, 1);
  splitter->setSizes({210, 420});
  keep_splitter(*splitter, "explore/splitter");
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(splitter);
  connect(table_, &QTableWidget::itemSelectionChanged, this, &LabelsView::show_wall);
  connect(analyse_, &QPushButton::clicked, this, &LabelsView::analyse);
  connect(wall_, &WallView::counted, this, [this](qint64 clips) {
    const auto rows = table_->selectionModel()->selectedRows();
    if (!rows.isEmpty()) heading_->setText(tr("%1: %2").arg(table_->item(rows.first().row(), 0)->text(), counted(clips, tr("clip"), tr("clips"))));
  });
  connect(&bench_, &Workbench::workspace_opened, this, [this] {
    fresh_ = false;
    if (isVisible()) refresh();
  });
  connect(&bench_, &Workbench::workspace_closing, this, [this] {
    wall_->forget_catalog();
    stats_.clear();
    measures_.clear();
    show_table();
  });
  connect(&bench_, &Workbench::catalog_changed, this, [this] {
    fresh_ = false;
    if (isVisible()) refresh();
  });
}

void LabelsView::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (!fresh_) refresh();
}

void LabelsView::refresh() {
  if (!bench_.catalog()) return;
  ticket_ = ticket_.next();
  bench_.catalog()->read(
      this, ticket_, [](db::Catalog& catalog) { return catalog.clips().stats(); },
      [this](std::vector<db::LabelStats> stats) {
        fresh_ = true;
        stats_ = std::move(stats);
        show_table();
        wall_->refresh();
      });
}

void LabelsView::show_table() {
  const auto before = table_->selectionModel() ? table_->selectionModel()->selectedRows() : QModelIndexList();
  const QVariant chosen = before.isEmpty() ? QVariant() : table_->item(before.first().row(), 0)->data(Qt::UserRole);
  const QSignalBlocker block(table_);
  table_->setSortingEnabled(false);
  QStringList head{tr("Label"), tr("Clips"), tr("Excluded"), tr("Recordings"), tr("Total"), tr("Shortest, s"), tr("Longest, s"), tr("Loudness, LUFS"), tr("from"), tr("to"), tr("Peak, dBFS")};
  if (!measures_.empty())
    for (const auto& info : sound_measures()) head << (*info.unit ? QStringLiteral("%1, %2").arg(QLatin1String(info.title), QString::fromUtf8(info.unit)) : QLatin1String(info.title));
  table_->setColumnCount(static_cast<int>(head.size()));
  table_->setHorizontalHeaderLabels(head);
  table_->setRowCount(static_cast<int>(stats_.size()));
  int row = 0, wanted = 0;
  for (const db::LabelStats& one : stats_) {
    auto* name = new QTableWidgetItem(one.label.empty() ? tr("without label") : text(one.label));
    name->setData(Qt::UserRole, text(one.label));
    if (chosen == name->data(Qt::UserRole)) wanted = row;
    table_->setItem(row, 0, name);
    int column = 1;
    const auto put = [&](const QString& words, double number) { table_->setItem(row, column++, new NumberItem(words, number)); };
    put(QLocale().toString(static_cast<qlonglong>(one.clips)), static_cast<double>(one.clips));
    put(QLocale().toString(static_cast<qlonglong>(one.excluded)), static_cast<double>(one.excluded));
    put(QLocale().toString(static_cast<qlonglong>(one.recordings)), static_cast<double>(one.recordings));
    put(duration_text(one.seconds), one.seconds);
    put(QString::number(one.shortest, 'f', 2), one.shortest);
    put(QString::number(one.longest, 'f', 2), one.longest);
    for (const auto& level : {one.loudness_mean, one.loudness_min, one.loudness_max, one.peak_max}) put(figure(level), level.value_or(-1000));
    const auto measured = std::find_if(measures_.begin(), measures_.end(), [&](const auto& other) { return other.label == one.label; });
    if (!measures_.empty())
      for (const auto& info : sound_measures()) {
        if (measured == measures_.end()) put(QStringLiteral("–"), -1000);
        else put(measure_text(measured->measures.at(info.id)), measured->measures.at(info.id).mean);
      }
    ++row;
  }
  table_->resizeColumnsToContents();
  table_->setColumnWidth(0, std::max(150, table_->columnWidth(0)));
  table_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
  table_->setSortingEnabled(true);
  if (!stats_.empty()) table_->selectRow(wanted);
  show_wall();
}

void LabelsView::show_wall() {
  const auto rows = table_->selectionModel()->selectedRows();
  if (rows.isEmpty()) {
    heading_->setText(bench_.has_workspace() ? tr("No clips yet.") : QString());
    return;
  }
  const QString label = table_->item(rows.first().row(), 0)->data(Qt::UserRole).toString();
  wall_->set_query(label.isEmpty() ? QStringLiteral("inst:none") : QString::fromStdString(db::label_query(label.toStdString())));
}

void LabelsView::analyse() {
  if (!bench_.has_workspace()) return;
  auto found = std::make_shared<DatasetAnalysis>();
  auto* task = bench_.start_task(tr("Measuring the sounds"), [found, workspace = bench_.workspace()](std::stop_token stop, const ProgressSink& sink) { *found = analyse_dataset(workspace, {}, sink, stop); });
  analyse_->setEnabled(false);
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, found, folder = bench_.workspace().folder()] {
    if (!bench_.has_workspace() || bench_.workspace().folder() != folder) return;
    measures_ = found->labels;
    show_table();
    if (!found->skipped.empty()) bench_.say(tr("%1 could not be read.").arg(counted(static_cast<qint64>(found->skipped.size()), tr("clip"), tr("clips"))));
  });
  connect(task, &BackgroundTask::ended, this, [this] { analyse_->setEnabled(true); });
}

}  // namespace luthier::ui
