#include "ui/library/tidy/disk_dialog.h"

#include <QToolButton>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/application_style.h"
#include "ui/common/copy_command.h"
#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/transfer/transfer_queue.h"

namespace luthier::ui {
namespace {

QString title_of(const DiskItem& item) {
  switch (item.part) {
    case DiskPart::catalog: return QObject::tr("Catalog");
    case DiskPart::audio: return QObject::tr("Sounds");
    case DiskPart::unused_audio: return QObject::tr("Sounds that no clip uses");
    case DiskPart::features: return QObject::tr("Cache of features");
    case DiskPart::run: return QString::fromStdString(item.run);
    case DiskPart::transfers: return QObject::tr("Transfers");
    case DiskPart::old_transfers: return QObject::tr("Transfers not marked as kept");
    case DiskPart::exports: return QObject::tr("Exports");
  }
  return {};
}

QString note_of(const DiskItem& item) {
  switch (item.part) {
    case DiskPart::unused_audio: return QObject::tr("of removed clips; freeing them forgets the undo steps");
    case DiskPart::features: return QObject::tr("made again when needed");
    case DiskPart::run: return QString::fromStdString(item.note);
    case DiskPart::old_transfers: return QObject::tr("with their sounds and pictures; the star of an earlier transfer keeps it");
    default: return {};
  }
}

qint64 sum_of(const std::vector<DiskItem>& items) {
  qint64 bytes = 0;
  for (const DiskItem& item : items) bytes += item.size.bytes;
  return bytes;
}

QStringList command_of(const std::vector<DiskItem>& items) {
  if (items.empty()) return {"disk"};
  QStringList words{"free"};
  for (const DiskItem& item : items) {
    if (item.part == DiskPart::run) words << "--run" << QString::fromStdString(item.run);
    if (item.part == DiskPart::features) words << "--features";
    if (item.part == DiskPart::unused_audio) words << "--unused";
    if (item.part == DiskPart::old_transfers) words << "--transfers";
  }
  return words;
}

void free_items(const Workspace& workspace, const std::vector<DiskItem>& items, const std::stop_token& stop) {
  const auto catalog = workspace.open_catalog();
  for (const DiskItem& item : items) {
    if (stop.stop_requested()) return;
    if (item.part == DiskPart::run) free_run(workspace, *catalog, item.run, false);
    if (item.part == DiskPart::features) free_features(workspace, false);
    if (item.part == DiskPart::unused_audio) free_unused_files(workspace, *catalog, false);
    if (item.part == DiskPart::old_transfers) free_transfers(workspace, *catalog, false);
  }
}

}  // namespace

DiskDialog::DiskDialog(Workbench& bench, QWidget* parent) : QDialog(parent), bench_(bench) {
  setObjectName("disk_dialog");
  setWindowTitle(tr("Space on the disk"));
  resize(760, 480);
  auto* column = new QVBoxLayout(this);
  heading_ = new QLabel(tr("Measuring…"), this);
  heading_->setProperty("role", "heading");
  tree_ = new QTreeWidget(this);
  tree_->setObjectName("disk_parts");
  tree_->setAccessibleName(tr("Parts of the workspace"));
  tree_->setWhatsThis(tr("What takes space in this workspace, part by part and run by run. Tick what is to go."));
  tree_->setRootIsDecorated(false);
  tree_->setUniformRowHeights(true);
  tree_->setAlternatingRowColors(true);
  tree_->setHeaderLabels({tr("Part"), tr("Files"), tr("Size"), tr("What it is")});
  tree_->header()->resizeSection(0, 320);
  tree_->header()->resizeSection(1, 70);
  tree_->header()->resizeSection(2, 90);
  auto* hint = new QLabel(tr("Tick what is to go. It cannot be brought back."), this);
  hint->setProperty("role", "hint");
  free_ = new QPushButton(icon("remove"), tr("Free"), this);
  free_->setObjectName("free_ticked");
  free_->setWhatsThis(tr("Removes what is ticked from the disk, after a question. It cannot be brought back."));
  auto* close = new QPushButton(tr("Close"), this);
  close->setWhatsThis(tr("Closes the dialog; what was done in it stays. Esc does the same."));
  auto* row = new QHBoxLayout;
  row->addWidget(make_copy_command_button(bench_, this, [this] { return command_of(ticked()); }));
  row->addWidget(hint);
  row->addStretch();
  row->addWidget(free_);
  row->addWidget(close);
  column->addWidget(heading_);
  column->addWidget(tree_, 1);
  column->addLayout(row);
  for (QPushButton* button : {free_, close}) button->setAutoDefault(false);
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  connect(tree_, &QTreeWidget::itemChanged, this, &DiskDialog::show_sum);
  connect(free_, &QPushButton::clicked, this, &DiskDialog::free_ticked);
  show_sum();
  look();
}

DiskDialog::~DiskDialog() = default;

bool DiskDialog::running() const { return task_ && task_->running(); }

void DiskDialog::start(BackgroundTask* task) {
  task_.reset(task);
  connect(task, &BackgroundTask::failed, this, [this](const QString& message) { show_error(this, message); });
  task->start();
  show_sum();
}

void DiskDialog::look() {
  if (running() || !bench_.has_workspace()) return;
  auto found = std::make_shared<std::vector<DiskItem>>();
  auto* task = new BackgroundTask(tr("Measuring"), [found, workspace = bench_.workspace()](std::stop_token stop, const ProgressSink&) { *found = disk_use(workspace, stop); });
  connect(task, &BackgroundTask::done, this, [this, found] { take(std::move(*found)); });
  start(task);
}

void DiskDialog::take(std::vector<DiskItem> items) {
  items_ = std::move(items);
  const QSignalBlocker block(tree_);
  tree_->clear();
  for (const DiskItem& item : items_) {
    auto* line = new QTreeWidgetItem(tree_, {title_of(item), QLocale().toString(static_cast<qlonglong>(item.size.files)), bytes_text(item.size.bytes), note_of(item)});
    line->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    line->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
    line->setToolTip(0, line->text(0));
    line->setToolTip(3, line->text(3));
    if (item.removable) {
      line->setFlags(line->flags() | Qt::ItemIsUserCheckable);
      line->setCheckState(0, Qt::Unchecked);
    }
  }
  heading_->setText(tr("This workspace takes %1; %2 are free on the disk.")
                        .arg(bytes_text(sum_of(items_)), bytes_text(static_cast<qint64>(bench_.workspace().free_bytes()))));
  show_sum();
}

std::vector<DiskItem> DiskDialog::ticked() const {
  std::vector<DiskItem> items;
  for (int i = 0; i < tree_->topLevelItemCount(); ++i)
    if (tree_->topLevelItem(i)->checkState(0) == Qt::Checked) items.push_back(items_[static_cast<std::size_t>(i)]);
  return items;
}

void DiskDialog::show_sum() {
  const auto items = ticked();
  free_->setEnabled(!items.empty() && !running());
  free_->setText(items.empty() ? tr("Free") : tr("Free %1…").arg(bytes_text(sum_of(items))));
}

void DiskDialog::free_ticked() {
  const auto items = ticked();
  if (items.empty() || running()) return;
  const auto* transfers = parentWidget() ? parentWidget()->window()->findChild<TransferQueue*>() : nullptr;  // they read runs and earlier results
  if (transfers && transfers->open_count() > 0)
    return show_error(this, tr("%1 not done yet; wait until the queue is empty, or cancel it, then free space.").arg(counted(transfers->open_count(), tr("transfer is"), tr("transfers are"))));
  if (!bench_.tasks().empty()) return show_error(this, tr("A job is running in this window; wait until it has ended, or cancel it, then free space."));
  QStringList names;
  for (const DiskItem& item : items) names << title_of(item);
  if (names.size() > 8) names = names.mid(0, 8) << tr("and %1 more").arg(items.size() - 8);
  const QString size = bytes_text(sum_of(items));
  if (!confirm(this, tr("Remove this from the disk for good? %1 become free.").arg(size), names.join('\n'), tr("Free %1").arg(size))) return;
  auto* task = new BackgroundTask(tr("Freeing space"), [items, workspace = bench_.workspace()](std::stop_token stop, const ProgressSink&) { free_items(workspace, items, stop); });
  connect(task, &BackgroundTask::done, this, [this, size] { bench_.say(tr("%1 freed.").arg(size)); });
  connect(task, &BackgroundTask::ended, this, [this] {
    bench_.note_catalog_change();
    look();
  }, Qt::QueuedConnection);
  start(task);
}

}  // namespace luthier::ui
