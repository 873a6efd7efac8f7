#include "ui/training/data_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>
#include <cmath>
#include <memory>

#include "core/session/command_words.h"
#include "core/session/dataset_figure.h"
#include "core/session/version.h"
#include "db/label_store.h"
#include "ui/common/background_task.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/training/measure_plot.h"

namespace luthier::ui {
namespace {

QString with_unit(const MeasureInfo& info) {
  const QString title = QString::fromUtf8(info.title), unit = QString::fromUtf8(info.unit);
  return unit.isEmpty() ? title : title + ", " + unit;
}

QString mean_and_deviation(const Spread& spread) {
  const int digits = std::abs(spread.mean) < 0.1 ? 4 : std::abs(spread.mean) < 10 ? 2 : 1;
  return QStringLiteral("%1 ± %2").arg(spread.mean, 0, 'f', digits).arg(spread.deviation, 0, 'f', digits);
}

}  // namespace

DataDialog::DataDialog(Workbench& bench, QWidget* parent) : QDialog(parent), bench_(bench) {
  setWindowTitle(tr("What the clips are like"));
  setAttribute(Qt::WA_DeleteOnClose);
  resize(820, 640);
  auto* column = new QVBoxLayout(this);
  words_ = new QLabel(tr("Every labelled clip is being read."), this);
  words_->setProperty("role", "hint");
  words_->setTextFormat(Qt::PlainText);
  words_->setWordWrap(true);
  bar_ = new QProgressBar(this);
  bar_->setRange(0, 1000);
  bar_->setAccessibleName(tr("Clips read"));
  auto* middle = new QSplitter(Qt::Vertical, this);
  middle->setChildrenCollapsible(false);
  table_ = new QTableWidget(middle);
  table_->setAccessibleName(tr("Measures by label: mean and standard deviation"));
  table_->setWhatsThis(tr("Each row is a measure, each column a label: mean and standard deviation over its clips. The chosen row is drawn below."));
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setAlternatingRowColors(true);
  table_->setShowGrid(false);
  table_->setTabKeyNavigation(false);
  table_->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
  table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
  plot_ = new MeasurePlot(middle);
  middle->addWidget(table_);
  middle->addWidget(plot_);
  middle->setStretchFactor(0, 1);
  middle->setStretchFactor(1, 1);
  column->addWidget(words_);
  column->addWidget(bar_);
  column->addWidget(middle, 1);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  picture_ = buttons->addButton(tr("Save picture…"), QDialogButtonBox::ActionRole);
  picture_->setToolTip(tr("All measures by label as a PNG"));
  csv_ = buttons->addButton(tr("Save table…"), QDialogButtonBox::ActionRole);
  csv_->setToolTip(tr("All measures by label as CSV, with units"));
  auto* copy = buttons->addButton(tr("Copy as command"), QDialogButtonBox::ActionRole);
  copy->setToolTip(tr("Copy this as a luthierctl command"));
  for (QPushButton* button : {picture_, csv_}) button->setEnabled(false);
  column->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(picture_, &QPushButton::clicked, this, [this] { save(tr("Save the picture"), tr("Pictures (*.png)"), &DataDialog::save_picture); });
  connect(csv_, &QPushButton::clicked, this, [this] { save(tr("Save the table"), tr("Tables (*.csv)"), &DataDialog::save_table); });
  connect(copy, &QPushButton::clicked, this, [this] {
    const QString command = QString::fromStdString(shell_line({"luthierctl", "--workspace", bench_.workspace().folder().string(), "stats", "--analyse"}));
    QGuiApplication::clipboard()->setText(command);
    bench_.say(tr("Copied: %1").arg(command));
  });
  connect(table_, &QTableWidget::currentCellChanged, this, [this](int row) { show_measure(row); });
  read();
}

DataDialog::~DataDialog() {
  if (task_) task_->cancel();
}

void DataDialog::read() {
  auto analysis = std::make_shared<DatasetAnalysis>();
  auto ids = std::make_shared<QHash<QString, qint64>>();
  task_ = bench_.start_task(tr("Measuring the clips"), [analysis, ids, workspace = bench_.workspace()](std::stop_token stop, const ProgressSink& sink) {
    *analysis = analyse_dataset(workspace, {}, sink, stop);
    const auto catalog = workspace.open_catalog();
    for (const db::LabelRow& label : catalog->labels().labels()) ids->insert(QString::fromStdString(label.name), label.id.value);
  });
  connect(task_, &BackgroundTask::progressed, this, [this] {
    bar_->setValue(static_cast<int>(1000 * task_->fraction()));
    bar_->setFormat(task_->text());
  });
  connect(task_, &BackgroundTask::done, this, [this, analysis, ids] { fill(*analysis, *ids); });
  connect(task_, &BackgroundTask::failed, this, [this](const QString& message) {
    bar_->hide();
    words_->setText(message);
  });
  connect(task_, &BackgroundTask::cancelled, this, [this] { reject(); });
}

void DataDialog::fill(const DatasetAnalysis& analysis, const QHash<QString, qint64>& ids) {
  bar_->hide();
  if (analysis.stopped) return reject();
  labels_ = analysis.labels;
  ids_ = ids;
  qint64 clips = 0;
  for (const LabelMeasures& label : labels_) clips += label.clips;
  QString words = tr("%1 of %2. Mean ± standard deviation; choose a row to see its spread.")
                      .arg(counted(clips, tr("clip"), tr("clips")), counted(static_cast<qint64>(labels_.size()), tr("label"), tr("labels")));
  if (!analysis.skipped.empty()) {
    words += " " + tr("%1 could not be read.").arg(counted(static_cast<qint64>(analysis.skipped.size()), tr("clip"), tr("clips")));
    QStringList skipped;
    for (const std::string& reason : analysis.skipped) skipped << QString::fromStdString(reason);
    words_->setToolTip(skipped.join("\n"));
  }
  words_->setText(words);
  const auto& measures = sound_measures();
  table_->setRowCount(static_cast<int>(measures.size()));
  table_->setColumnCount(static_cast<int>(labels_.size()));
  for (std::size_t c = 0; c < labels_.size(); ++c) {
    table_->setHorizontalHeaderItem(static_cast<int>(c), new QTableWidgetItem(QStringLiteral("%1 (%2)").arg(QString::fromStdString(labels_[c].label)).arg(labels_[c].clips)));
    for (std::size_t r = 0; r < measures.size(); ++r) {
      auto* cell = new QTableWidgetItem(mean_and_deviation(labels_[c].measures.at(measures[r].id)));
      cell->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      table_->setItem(static_cast<int>(r), static_cast<int>(c), cell);
    }
  }
  for (std::size_t r = 0; r < measures.size(); ++r) table_->setVerticalHeaderItem(static_cast<int>(r), new QTableWidgetItem(with_unit(measures[r])));
  table_->horizontalHeader()->setSectionResizeMode(labels_.size() <= 6 ? QHeaderView::Stretch : QHeaderView::ResizeToContents);
  for (QPushButton* button : {picture_, csv_}) button->setEnabled(true);
  table_->setCurrentCell(0, 0);
}

void DataDialog::show_measure(int row) {
  const auto& measures = sound_measures();
  if (row >= 0 && row < static_cast<int>(measures.size()) && ready()) plot_->show_measure(measures[static_cast<std::size_t>(row)], labels_, ids_);
}

void DataDialog::save_picture(const QString& file) const {
  write_measure_figure(file.toStdString(), labels_, {{"Software", version_text()}});
}

void DataDialog::save_table(const QString& file) const { write_measures_table(file.toStdString(), labels_); }

void DataDialog::save(const QString& title, const QString& filter, void (DataDialog::*write)(const QString&) const) {
  const QString suffix = filter.contains("png") ? "png" : "csv";
  QFileDialog dialog(this, title, QString::fromStdString(bench_.workspace().exports().string()), filter);
  dialog.setAcceptMode(QFileDialog::AcceptSave);
  dialog.setDefaultSuffix(suffix);
  if (dialog.exec() != QDialog::Accepted || dialog.selectedFiles().isEmpty()) return;
  try {
    (this->*write)(dialog.selectedFiles().first());
    bench_.say(tr("Written: %1").arg(dialog.selectedFiles().first()));
  } catch (const std::exception& error) {
    show_error(this, QString::fromUtf8(error.what()));
  }
}

void show_data_dialog(Workbench& bench, QWidget* parent) {
  if (!bench.has_workspace()) return;
  auto* dialog = new DataDialog(bench, parent);
  dialog->show();
}

}  // namespace luthier::ui
