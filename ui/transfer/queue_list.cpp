#include "ui/transfer/queue_list.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QSignalBlocker>
#include <QStyle>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "core/session/command_words.h"
#include "ui/application_style.h"
#include "ui/common/copy_command.h"
#include "ui/common/empty_hint.h"
#include "ui/common/kept_layout.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/transfer/transfer_commands.h"
#include "ui/transfer/transfer_queue.h"

namespace luthier::ui {

QueueList::QueueList(Workbench& bench, TransferQueue& queue, QWidget* parent) : QWidget(parent), bench_(bench), queue_(queue) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(4, 4, 4, 4);
  list_ = new QTreeWidget(this);
  list_->setObjectName("transfer_queue");
  list_->setAccessibleName(tr("Queue of transfers"));
  list_->setWhatsThis(tr("Transfers run one after the other. Choose one to see it; Delete cancels it. Its menu copies it as a command, also when it has ended."));
  list_->setColumnCount(3);
  list_->setHeaderLabels({tr("Content → style"), tr("Model"), tr("State")});
  list_->setRootIsDecorated(false);
  list_->setAlternatingRowColors(true);
  list_->setUniformRowHeights(true);
  say_when_empty(*list_, tr("Nothing runs or waits. Transfers that are started stand here, one after the other."));
  list_->header()->setStretchLastSection(true);
  list_->header()->resizeSection(0, 330);
  list_->header()->resizeSection(1, 170);
  new KeptColumns(*list_->header(), "transfer/queue-columns");
  row->addWidget(list_, 1);
  auto* column = new QVBoxLayout;
  auto tool = [&](const char* name, const QString& words, const QString& tip, const char* object) {
    auto* b = new QToolButton(this);
    b->setObjectName(object);
    b->setIcon(icon(name));
    b->setAccessibleName(words);
    b->setToolTip(tip);
    column->addWidget(b);
    return b;
  };
  cancel_ = tool("close", tr("Cancel the chosen transfer"), tr("Cancel the transfer that is chosen (Delete); its steps so far stay to be heard"), "cancel_transfer");
  copy_ = tool("copy", tr("Copy the queue as commands"), tr("Copy the transfers that run or wait as luthierctl commands, one a line"), "copy_queue");
  clear_ = tool("remove", tr("Take ended transfers off the list"), tr("Take ended transfers off the list; their results stay in the history"), "clear_queue");
  column->addStretch();
  row->addLayout(column);
  copy_one_ = new QAction(icon("copy"), tr("Copy as command"), this);
  copy_one_->setObjectName("copy_job");
  list_->addAction(copy_one_);
  list_->setContextMenuPolicy(Qt::ActionsContextMenu);
  connect(copy_one_, &QAction::triggered, this, [this] {
    if (TransferJob* job = selected()) copy_command(bench_, command_of(job->request()));
  });
  connect(list_, &QTreeWidget::currentItemChanged, this, [this] {
    update_buttons();
    if (TransferJob* job = selected()) Q_EMIT chosen(job);
  });
  connect(cancel_, &QToolButton::clicked, this, &QueueList::cancel_selected);
  connect(copy_, &QToolButton::clicked, this, &QueueList::copy);
  connect(clear_, &QToolButton::clicked, this, [this] { queue_.clear_ended(); });
  connect(&queue_, &TransferQueue::changed, this, &QueueList::rebuild);
  connect(&queue_, &TransferQueue::progressed, this, [this](TransferJob* job) {
    for (int i = 0; i < list_->topLevelItemCount(); ++i) {
      if (queue_.jobs()[static_cast<std::size_t>(i)].get() == job) show_state(*list_->topLevelItem(i), *job);
    }
    update_buttons();
  });
  update_buttons();
}

void QueueList::rebuild() {
  const TransferJob* before = selected();
  {
    const QSignalBlocker block(list_);
    list_->clear();
    for (const auto& job : queue_.jobs()) {
      auto* item = new QTreeWidgetItem(list_);
      const TransferRequest& request = job->request();
      item->setText(0, job->title());
      item->setText(1, !request.run.empty() ? QString::fromStdString(request.run) : !request.family.empty() ? QString::fromStdString(request.family) : tr("shipped weights"));
      item->setToolTip(0, QString::fromStdString(shell_line(transfer_words(request))));
      show_state(*item, *job);
    }
  }
  select(before ? before : queue_.running());
  update_buttons();
}

void QueueList::show_state(QTreeWidgetItem& item, const TransferJob& job) {
  item.setText(2, job.state_text());
  item.setToolTip(2, job.state_text());
}

void QueueList::select(const TransferJob* job) {
  const QSignalBlocker block(list_);
  for (int i = 0; i < list_->topLevelItemCount(); ++i) {
    if (queue_.jobs()[static_cast<std::size_t>(i)].get() != job) continue;
    list_->setCurrentItem(list_->topLevelItem(i));
    list_->scrollToItem(list_->topLevelItem(i));
  }
  update_buttons();
}

TransferJob* QueueList::selected() const {
  const int at = list_->indexOfTopLevelItem(list_->currentItem());
  return at >= 0 && at < static_cast<int>(queue_.jobs().size()) ? queue_.jobs()[static_cast<std::size_t>(at)].get() : nullptr;
}

void QueueList::cancel_selected() {
  TransferJob* job = selected();
  if (!job || job->ended()) job = queue_.running();
  if (job) job->cancel();
}

void QueueList::copy() {
  QStringList lines;
  for (const auto& job : queue_.jobs()) {
    if (!job->ended()) lines << QString::fromStdString(shell_line(transfer_words(job->request())));
  }
  QGuiApplication::clipboard()->setText(lines.join('\n'));
  bench_.say(tr("Copied: %1").arg(counted(lines.size(), tr("command"), tr("commands"))));
}

void QueueList::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Delete) cancel_selected();
  else QWidget::keyPressEvent(event);
}

void QueueList::update_buttons() {
  const int open = queue_.open_count();
  const TransferJob* running = queue_.running();
  cancel_->setEnabled(open > 0 && !(open == 1 && running && running->cancelling()));
  copy_->setEnabled(open > 0);
  copy_one_->setEnabled(selected() != nullptr);
  clear_->setEnabled(static_cast<int>(queue_.jobs().size()) > open);
}

}  // namespace luthier::ui
