#include "ui/evaluate/evaluate_page.h"

#include <QCoreApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QMetaObject>
#include <QMimeData>
#include <QPointer>
#include <QSettings>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTableView>
#include <QThreadPool>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/application_style.h"
#include "ui/common/error_box.h"
#include "ui/common/kept_layout.h"
#include "ui/evaluate/direction_matrix.h"
#include "ui/evaluate/evaluate_form.h"
#include "ui/evaluate/evaluation_model.h"

namespace luthier::ui {
namespace {

QString text(const std::string& value) { return QString::fromStdString(value); }

QString title_of(const EvaluationFile& entry) {
  if (entry.shipped) return QObject::tr("Shipped weights");
  const QString stem = text(entry.file.stem().string());
  return entry.run.empty() ? stem : QObject::tr("%1 of %2").arg(stem, text(entry.run));
}

QStringList dropped_files(const QMimeData& data) {
  QStringList files;
  if (data.hasFormat(kClipMime)) return files;
  for (const QUrl& url : data.urls()) {
    if (url.isLocalFile()) files << url.toLocalFile();
  }
  return files;
}

}  // namespace

EvaluatePage::EvaluatePage(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  setAcceptDrops(true);
  auto* outer = new QHBoxLayout(this);
  outer->setContentsMargins(10, 8, 10, 6);
  outer->setSpacing(10);
  auto* card = new QFrame(this);
  card->setObjectName("card");
  card->setFixedWidth(290);
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(12, 10, 12, 10);
  form_ = new EvaluateForm(bench_, card);
  column->addWidget(form_);
  outer->addWidget(card);
  outer->addWidget(make_right(), 1);
  connect(form_, &EvaluateForm::measured, this, [this](const QString& file) {
    open(file);
    refresh();
  });
  connect(&bench_, &Workbench::workspace_opened, this, [this] {
    opened_.clear();
    file_.clear();
    form_->refresh();
    refresh();
  });
  connect(&bench_, &Workbench::run_finished, form_, &EvaluateForm::choose_run);
}

QWidget* EvaluatePage::make_right() {
  auto* right = new QWidget(this);
  auto* column = new QVBoxLayout(right);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  auto* row = new QHBoxLayout;
  source_ = new QComboBox(right);
  source_->setObjectName("evaluation_source");
  source_->setAccessibleName(tr("Table of"));
  source_->setToolTip(tr("Whose figures are shown: the shipped weights', a run's, or a file's"));
  source_->setMinimumContentsLength(28);
  source_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  tables_box_ = new QComboBox(right);
  tables_box_->setObjectName("evaluation_table_choice");
  tables_box_->setAccessibleName(tr("Table"));
  tables_box_->setToolTip(tr("Which table of the file"));
  words_ = new QLabel(right);
  words_->setProperty("role", "hint");
  words_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  auto tool = [right](const char* name, const QString& title) {
    auto* button = new QToolButton(right);
    button->setIcon(icon(name));
    button->setIconSize({18, 18});
    button->setAccessibleName(title);
    button->setToolTip(title);
    return button;
  };
  auto* open_button = tool("folder", tr("Open a table that luthierctl evaluate wrote (JSON)…"));
  auto* copy = tool("copy", tr("Copy the table (CSV)"));
  auto* save_button = tool("export", tr("Save the table (CSV, JSON, Markdown, HTML)…"));
  row->addWidget(source_);
  row->addWidget(tables_box_);
  row->addStretch(1);
  row->addWidget(open_button);
  row->addWidget(copy);
  row->addWidget(save_button);
  auto* splitter = new QSplitter(Qt::Vertical, right);
  splitter->setChildrenCollapsible(false);
  model_ = new EvaluationModel(this);
  table_ = new QTableView(splitter);
  table_->setObjectName("evaluation_table");
  table_->setAccessibleName(tr("Evaluation"));
  table_->setModel(model_);
  table_->setItemDelegate(new FigureDelegate(table_));
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setAlternatingRowColors(true);
  table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  table_->verticalHeader()->setDefaultSectionSize(40);
  table_->setWhatsThis(tr("Each row is a way to make the target from content and style; bold is the best of a column, baselines included. Dim rows are there to read the others by: the truth itself, "
                          "the oracle, and the control with the style swapped. Choose a row to see it by direction."));
  directions_ = new DirectionMatrix(splitter);
  splitter->addWidget(table_);
  splitter->addWidget(directions_);
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 1);
  splitter->setSizes({430, 170});
  keep_splitter(*splitter, "evaluate/splitter");
  columns_ = new KeptColumns(*table_->horizontalHeader(), "evaluate/columns");
  column->addLayout(row);
  column->addWidget(words_);
  column->addWidget(splitter, 1);
  connect(source_, &QComboBox::activated, this, [this] { open(source_->currentData().toString()); });
  connect(tables_box_, &QComboBox::activated, this, &EvaluatePage::show_table);
  connect(open_button, &QToolButton::clicked, this, &EvaluatePage::ask_and_open);
  connect(save_button, &QToolButton::clicked, this, &EvaluatePage::ask_and_save);
  connect(copy, &QToolButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(text(evaluation_csv(model_->table())));
    bench_.say(tr("Copied the table"));
  });
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
    directions_->set_row(now.isValid() ? &model_->table().rows[static_cast<std::size_t>(now.row())] : nullptr, model_->metrics());
  });
  return right;
}

void EvaluatePage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  form_->refresh();
  refresh();
}

void EvaluatePage::refresh() {
  if (!bench_.has_workspace()) return;
  QThreadPool::globalInstance()->start([self = QPointer<EvaluatePage>(this), folder = bench_.workspace().folder()] {
    std::vector<EvaluationFile> files;
    try {
      files = list_evaluations(folder);
    } catch (const std::exception&) {
      // a workspace that has gone has none
    }
    QMetaObject::invokeMethod(
        qApp, [self, files] {
          if (!self) return;
          self->files_ = files;
          self->fill_sources();
          if (self->file_.isEmpty() && !files.empty()) self->open(text(files.front().file.string()));
        }, Qt::QueuedConnection);
  });
}

void EvaluatePage::fill_sources() {
  const QSignalBlocker block(source_);
  source_->clear();
  for (const EvaluationFile& entry : files_) source_->addItem(title_of(entry), text(entry.file.string()));
  for (const QString& file : opened_) {
    if (source_->findData(file) < 0) source_->addItem(QFileInfo(file).fileName(), file);
  }
  for (int i = 0; i < source_->count(); ++i) source_->setItemData(i, source_->itemData(i), Qt::ToolTipRole);
  source_->setCurrentIndex(source_->findData(file_));
}

void EvaluatePage::open(const QString& file) {
  const quint64 generation = ++generation_;
  QThreadPool::globalInstance()->start([self = QPointer<EvaluatePage>(this), generation, file] {
    std::vector<TitledEvaluation> tables;
    QString message;
    try {
      tables = read_evaluations(file.toStdString());
    } catch (const std::exception& error) {
      message = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        qApp, [self, generation, file, tables, message] {
          if (!self || generation != self->generation_) return;
          if (message.isEmpty()) return self->took(file, tables);
          show_error(self, message);
          self->fill_sources();  // back to the table that is shown
        }, Qt::QueuedConnection);
  });
}

void EvaluatePage::took(const QString& file, std::vector<TitledEvaluation> tables) {
  file_ = file;
  tables_ = std::move(tables);
  const bool known = std::any_of(files_.begin(), files_.end(), [&](const EvaluationFile& f) { return text(f.file.string()) == file; });
  if (!known && !opened_.contains(file)) opened_ << file;
  fill_sources();
  const QSignalBlocker block(tables_box_);
  tables_box_->clear();
  for (const TitledEvaluation& one : tables_) tables_box_->addItem(text(one.title));
  tables_box_->setVisible(tables_.size() > 1);
  show_table(0);
}

void EvaluatePage::show_table(int index) {
  if (index < 0 || static_cast<std::size_t>(index) >= tables_.size()) return;
  model_->set_table(tables_[static_cast<std::size_t>(index)].table);
  table_->verticalHeader()->setFixedWidth(std::min(260, table_->verticalHeader()->sizeHint().width() + 12));
  columns_->settle();
  // The first row that is a model of the user's: the last that is neither a baseline nor there to read the others by.
  int chosen = 0;
  const auto& rows = model_->table().rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!is_reference_row(rows[i]) && rows[i].parameters > 0) {
      chosen = static_cast<int>(i);
      break;
    }
  }
  directions_->set_row(nullptr, {});
  if (!rows.empty()) {
    table_->selectRow(chosen);
    directions_->set_row(&rows[static_cast<std::size_t>(chosen)], model_->metrics());
  }
  show_words();
}

void EvaluatePage::show_words() {
  const EvaluationTable& table = model_->table();
  auto fact = [&table](const char* key) {
    const auto found = table.record.find(key);
    return found == table.record.end() ? QString() : text(found->second);
  };
  QStringList words{text(table.protocol)};
  if (!fact("phrases").isEmpty()) words << (fact("phrases") == "1" ? tr("1 phrase") : tr("%1 phrases").arg(fact("phrases")));
  if (!fact("cases").isEmpty()) words << tr("%1 cases a row").arg(fact("cases"));
  if (table.outcome != Outcome::done) words << tr("cancelled: the rows that were finished");
  words_->setText(words.join(" · "));
  QStringList record;
  for (const auto& [key, value] : table.record) record << text(key) + ": " + text(value);
  words_->setToolTip(record.join('\n'));
}

void EvaluatePage::ask_and_open() {
  const QString file = QFileDialog::getOpenFileName(this, tr("Open a table"), QSettings().value("export/tables").toString(), tr("Tables (*.json)"));
  if (file.isEmpty()) return;
  QSettings().setValue("export/tables", QFileInfo(file).absolutePath());
  open(file);
}

void EvaluatePage::ask_and_save() {
  if (model_->rowCount() == 0) return bench_.say(tr("There is no table to save yet."));
  const QString file = QFileDialog::getSaveFileName(this, tr("Save the table"), QSettings().value("export/tables").toString() + "/evaluation.csv",
                                                    tr("CSV (*.csv);;JSON (*.json);;Markdown (*.md);;HTML page (*.html)"));
  if (file.isEmpty()) return;
  QSettings().setValue("export/tables", QFileInfo(file).absolutePath());
  save(file);
}

void EvaluatePage::save(const QString& file) {
  BackgroundTask* task = bench_.start_task(tr("Saving"), [path = file.toStdString(), table = model_->table()](std::stop_token, const ProgressSink&) { write_evaluation(path, table); });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::done, this, [this, file] { bench_.say(tr("Saved as %1").arg(file)); });
}

void EvaluatePage::dragEnterEvent(QDragEnterEvent* event) {
  if (!dropped_files(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

/// Whoever takes files looks into them: a table comes back here, a record brings its comparison or transfer back.
void EvaluatePage::dropEvent(QDropEvent* event) {
  event->acceptProposedAction();
  Q_EMIT files_dropped(dropped_files(*event->mimeData()));
}

}  // namespace luthier::ui
