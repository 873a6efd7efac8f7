#include "ui/library/tidy/check_dialog.h"

#include <QToolButton>
#include <QCheckBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>
#include <algorithm>

#include "core/session/library_session.h"
#include "db/clip_store.h"
#include "ui/application_style.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

/// The fact, and what helps by the names that stand in the window.
QString words_of(const Finding& finding) {
  const QString fact = QString::fromStdString(finding.text);
  switch (finding.cure) {
    case Cure::relink: return CheckDialog::tr("%1; put it back, or press \"Find missing files…\" below").arg(fact);
    case Cure::list_duplicates: return CheckDialog::tr("%1; \"The same sound twice…\" under Tidy lists them").arg(fact);
    case Cure::free_unpacked: return CheckDialog::tr("%1; the next import of a shard removes it, or \"Space on the disk…\" under Tidy").arg(fact);
    case Cure::free_unused: return CheckDialog::tr("%1; \"Space on the disk…\" under Tidy frees that space and forgets the undo steps").arg(fact);
    case Cure::none: break;
  }
  return fact;
}

}  // namespace

CheckDialog::CheckDialog(Workbench& bench, QWidget* parent) : QDialog(parent), bench_(bench) {
  setObjectName("check_dialog");
  setWindowTitle(tr("Missing files and other findings"));
  resize(820, 480);
  auto* column = new QVBoxLayout(this);
  heading_ = new QLabel(this);
  heading_->setProperty("role", "heading");
  heading_->setWordWrap(true);
  list_ = new QListWidget(this);
  list_->setAccessibleName(tr("Findings"));
  list_->setWhatsThis(tr("What is lost, changed or left over, one finding a line, each with what can be done about it."));
  list_->setWordWrap(true);
  list_->setAlternatingRowColors(true);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  bar_ = new QProgressBar(this);
  bar_->setRange(0, 1000);
  bar_->setAccessibleName(tr("Progress of the check"));
  contents_ = new QCheckBox(tr("Compare contents too"), this);
  contents_->setToolTip(tr("Reads every file and compares it with what was imported: slower, and finds damage that left the size as it was"));
  find_ = new QPushButton(icon("search"), tr("Find missing files…"), this);
  find_->setObjectName("find_missing");
  find_->setToolTip(tr("Searches a folder, with all in it, for the missing recordings; they are known by their content, so names do not matter"));
  again_ = new QPushButton(icon("refresh"), tr("Check again"), this);
  again_->setWhatsThis(tr("Looks through the workspace once more."));
  auto* close = new QPushButton(tr("Close"), this);
  close->setWhatsThis(tr("Closes the dialog; what was done in it stays. Esc does the same."));
  auto* row = new QHBoxLayout;
  row->addWidget(make_copy_command_button(bench_, this, [this] { return contents_->isChecked() ? QStringList{"check", "--deep"} : QStringList{"check"}; }));
  row->addWidget(contents_);
  row->addWidget(again_);
  row->addStretch();
  row->addWidget(find_);
  row->addWidget(close);
  column->addWidget(heading_);
  column->addWidget(list_, 1);
  column->addWidget(bar_);
  column->addLayout(row);
  for (QPushButton* button : {find_, again_, close}) button->setAutoDefault(false);
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  connect(again_, &QPushButton::clicked, this, [this] {
    found_.clear();
    check();
  });
  connect(find_, &QPushButton::clicked, this, [this] {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Search this folder for missing files"), QSettings().value("files/sounds").toString());
    if (!folder.isEmpty()) find_in({folder});
  });
  check();
}

CheckDialog::~CheckDialog() = default;

bool CheckDialog::running() const { return task_ && task_->running(); }

void CheckDialog::start(BackgroundTask* task) {
  task_.reset(task);
  connect(task, &BackgroundTask::progressed, this, [this] {
    bar_->setValue(static_cast<int>(task_->fraction() * 1000));
    bar_->setFormat(bar_->fontMetrics().elidedText(task_->text(), Qt::ElideMiddle, bar_->width() - 20));
  });
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  connect(task, &BackgroundTask::ended, this, &CheckDialog::update_state, Qt::QueuedConnection);
  task->start();
  update_state();
}

void CheckDialog::check() {
  if (running() || !bench_.has_workspace()) return;
  heading_->setText(tr("Looking through the workspace…"));
  list_->clear();
  auto result = std::make_shared<CheckResult>();
  auto* task = new BackgroundTask(tr("Check"), [result, workspace = bench_.workspace(), deep = contents_->isChecked()](std::stop_token stop, const ProgressSink& sink) {
    *result = check_workspace(workspace, deep, sink, stop);
  });
  connect(task, &BackgroundTask::done, this, [this, result] {
    result_ = result;
    show_result();
    bench_.note_catalog_change();  // files were marked missing, or found
  });
  start(task);
}

void CheckDialog::find_in(const QStringList& paths) {
  if (running() || !bench_.has_workspace()) return;
  heading_->setText(tr("Searching…"));
  auto result = std::make_shared<RelinkResult>();
  std::vector<std::filesystem::path> folders;
  for (const QString& path : paths) folders.emplace_back(path.toStdString());
  auto* task = new BackgroundTask(tr("Search"), [result, folders, workspace = bench_.workspace()](std::stop_token stop, const ProgressSink& sink) {
    *result = relink_missing(workspace, *workspace.open_catalog(), folders, sink, stop);
  });
  connect(task, &BackgroundTask::failed, this, &CheckDialog::check, Qt::QueuedConnection);
  connect(task, &BackgroundTask::done, this, [this, result] {
    found_ = tr("%1 of %2 found again. ").arg(QLocale().toString(static_cast<qlonglong>(result->found)), counted(result->missing, tr("missing file"), tr("missing files")));
  });
  connect(task, &BackgroundTask::done, this, &CheckDialog::check, Qt::QueuedConnection);
  start(task);
}

void CheckDialog::show_result() {
  list_->clear();
  std::stable_partition(result_->findings.begin(), result_->findings.end(), [](const Finding& finding) { return finding.error; });
  qint64 errors = 0;
  for (const Finding& finding : result_->findings) {
    auto* item = new QListWidgetItem(icon(finding.error ? "warning" : "info"), words_of(finding), list_);
    item->setToolTip(item->text());
    if (finding.error) item->setForeground(theme().danger);
    errors += finding.error;
  }
  const QString what = tr("%1, %2, %3").arg(counted(result_->recordings, tr("recording"), tr("recordings")), counted(result_->clips, tr("clip"), tr("clips")),
                                            counted(result_->runs, tr("run"), tr("runs")));
  if (result_->findings.empty()) heading_->setText(found_ + tr("%1: all is as it should be.").arg(what));
  else heading_->setText(found_ + tr("%1: %2, %3.").arg(what, counted(errors, tr("thing is wrong"), tr("things are wrong")),
                                                       counted(static_cast<qint64>(result_->findings.size()) - errors, tr("note"), tr("notes"))));
}

void CheckDialog::update_state() {
  const bool busy = running();
  bar_->setVisible(busy);
  if (!busy) bar_->setValue(0);
  find_->setEnabled(!busy);
  again_->setEnabled(!busy);
  contents_->setEnabled(!busy);
}

}  // namespace luthier::ui
