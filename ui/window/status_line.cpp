#include "ui/window/status_line.h"

#include <QDir>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "ui/application_style.h"
#include "ui/common/workbench.h"

namespace luthier::ui {

StatusLine::StatusLine(Workbench& bench, QWidget* parent) : QStatusBar(parent), bench_(bench) {
  place_ = new QLabel(this);
  place_->setProperty("role", "hint");
  place_->setContentsMargins(8, 0, 0, 0);
  task_text_ = new QLabel(this);
  task_bar_ = new QProgressBar(this);
  task_bar_->setRange(0, 1000);
  task_bar_->setFixedWidth(140);
  task_bar_->setTextVisible(false);
  task_bar_->setAccessibleName(tr("Progress"));
  task_cancel_ = new QToolButton(this);
  task_cancel_->setObjectName("cancel_task");
  task_cancel_->setIcon(icon("close"));
  task_cancel_->setAccessibleName(tr("Cancel"));
  task_cancel_->setToolTip(tr("Cancel"));
  device_ = new QLabel(this);
  device_->setProperty("role", "hint");
  device_->setContentsMargins(8, 0, 8, 0);
  setSizeGripEnabled(false);
  addWidget(place_, 0);
  addPermanentWidget(task_text_);
  addPermanentWidget(task_bar_);
  addPermanentWidget(task_cancel_);
  addPermanentWidget(device_);
  connect(task_cancel_, &QToolButton::clicked, this, [this] {
    if (!bench_.tasks().empty()) bench_.tasks().front()->cancel();
  });
  connect(&bench_, &Workbench::tasks_changed, this, &StatusLine::show_tasks);
  connect(&bench_, &Workbench::said, this, [this](const QString& text) { showMessage(text, 6000); });
  connect(&bench_, &Workbench::workspace_opened, this, &StatusLine::show_place);
  connect(&bench_, &Workbench::workspace_closed, this, &StatusLine::show_place);
  connect(&bench_.player(), &SoundPlayer::device_changed, this, &StatusLine::show_device);
  underrun_timer_.setInterval(1000);
  connect(&underrun_timer_, &QTimer::timeout, this, &StatusLine::show_device);
  underrun_timer_.start();
  show_tasks();
  show_device();
}

void StatusLine::show_place() {
  place_->setText(bench_.has_workspace() ? QDir::toNativeSeparators(QString::fromStdString(bench_.workspace().folder().string())) : QString());
}

void StatusLine::show_tasks() {
  const auto& tasks = bench_.tasks();
  const bool any = !tasks.empty();
  task_text_->setVisible(any);
  task_bar_->setVisible(any);
  task_cancel_->setVisible(any);
  if (!any) return;
  const BackgroundTask& task = *tasks.front();
  QString words = task.cancel_requested() ? tr("%1: cancelling").arg(task.title())
                                          : tr("%1: %2 %").arg(task.title()).arg(static_cast<int>(task.fraction() * 100));
  if (!task.text().isEmpty() && !task.cancel_requested()) words += "  " + task.text();
  if (tasks.size() > 1) words += tr("  (+%1 more)").arg(tasks.size() - 1);
  task_text_->setText(task_text_->fontMetrics().elidedText(words, Qt::ElideMiddle, 420));
  task_text_->setToolTip(words);
  task_bar_->setValue(static_cast<int>(task.fraction() * 1000));
}

void StatusLine::show_device() {
  const auto& player = bench_.player();
  QString words = player.description();
  if (player.audible()) words = tr("Sound: %1 · dropouts: %2").arg(words).arg(player.underruns());
  if (device_->toolTip() == words) return;
  device_->setToolTip(words);
  device_->setText(device_->fontMetrics().elidedText(words, Qt::ElideRight, 430));
}

}  // namespace luthier::ui
