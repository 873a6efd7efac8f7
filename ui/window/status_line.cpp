#include "ui/window/status_line.h"

#include <QDir>
#include <QLabel>
#include <QMenu>
#include <QPointer>
#include <QProgressBar>
#include <QToolButton>

#include "ui/application_style.h"
#include "ui/common/read_only.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

/// "Importing: 40 %  piano.wav – 12 s left".
QString words_of(const BackgroundTask& task) {
  if (task.cancel_requested()) return StatusLine::tr("%1: cancelling").arg(task.title());
  const QString words = StatusLine::tr("%1: %2 %").arg(task.title()).arg(static_cast<int>(task.fraction() * 100));
  return task.text().isEmpty() ? words : words + "  " + task.text();
}

}  // namespace

StatusLine::StatusLine(Workbench& bench, QWidget* parent) : QStatusBar(parent), bench_(bench) {
  place_ = new QLabel(this);
  place_->setProperty("role", "hint");
  place_->setContentsMargins(8, 0, 0, 0);
  read_only_ = new QLabel(tr("read-only"), this);
  read_only_->setObjectName("read_only");
  read_only_->setStyleSheet(QStringLiteral("color: %1; font-weight: 600;").arg(theme().danger.name()));
  read_only_->hide();
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
  more_ = new QToolButton(this);
  more_->setObjectName("more_jobs");
  more_->setAccessibleName(tr("All jobs that run"));
  more_->setPopupMode(QToolButton::InstantPopup);
  more_->setToolTip(tr("All jobs that run, each with a cancel"));
  more_->setWhatsThis(tr("The jobs that run besides the one that is shown; the menu cancels any of them."));
  jobs_ = new QMenu(more_);
  jobs_->setObjectName("jobs_menu");
  more_->setMenu(jobs_);
  connect(jobs_, &QMenu::aboutToShow, this, &StatusLine::fill_jobs);
  device_ = new QLabel(this);
  device_->setProperty("role", "hint");
  device_->setContentsMargins(8, 0, 0, 0);
  figures_ = new QLabel(this);
  figures_->setObjectName("sound_figures");
  figures_->setProperty("role", "hint");
  figures_->setContentsMargins(0, 0, 8, 0);
  setSizeGripEnabled(false);
  addWidget(place_, 0);
  addWidget(read_only_, 0);
  addPermanentWidget(task_text_);
  addPermanentWidget(task_bar_);
  addPermanentWidget(task_cancel_);
  addPermanentWidget(more_);
  addPermanentWidget(device_);
  addPermanentWidget(figures_);
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
  const QString why = read_only(bench_);
  read_only_->setVisible(!why.isEmpty());
  read_only_->setToolTip(why);
  read_only_->setAccessibleName(why);
  if (!why.isEmpty()) showMessage(why, 12000);
}

void StatusLine::show_tasks() {
  const auto& tasks = bench_.tasks();
  const bool any = !tasks.empty();
  task_text_->setVisible(any);
  task_bar_->setVisible(any);
  task_cancel_->setVisible(any);
  more_->setVisible(tasks.size() > 1);
  if (!any) return;
  more_->setText(tr("+%1 more").arg(tasks.size() - 1));
  const BackgroundTask& task = *tasks.front();
  const QString words = words_of(task);
  task_text_->setText(task_text_->fontMetrics().elidedText(words, Qt::ElideMiddle, 420));
  task_text_->setToolTip(words);
  task_bar_->setValue(static_cast<int>(task.fraction() * 1000));
}

/// As they stand when the menu is opened; a job that has ended since is gone.
void StatusLine::fill_jobs() {
  jobs_->clear();
  for (BackgroundTask* task : bench_.tasks()) {
    const QPointer<BackgroundTask> alive(task);
    QAction* action = jobs_->addAction(icon("close"), tr("Cancel %1").arg(words_of(*task)), this, [alive] {
      if (alive) alive->cancel();
    });
    action->setEnabled(!task->cancel_requested());
  }
}

/// "Sound: USB Audio" may be cut short; " · 21 ms · dropouts: 0" never is.
void StatusLine::show_device() {
  const auto& player = bench_.player();
  QString device = player.description(), figures;
  if (player.audible()) {
    const qsizetype latency = device.lastIndexOf(QStringLiteral(" · "));
    figures = device.mid(latency < 0 ? device.size() : latency) + tr(" · dropouts: %1").arg(player.underruns());
    device = tr("Sound: %1").arg(device.left(latency));
  }
  if (device_->toolTip() == device + figures) return;
  device_->setToolTip(device + figures);
  device_->setText(device_->fontMetrics().elidedText(device, Qt::ElideRight, player.audible() ? 300 : 640));
  figures_->setText(figures);
  figures_->setToolTip(tr("Latency: from the program to the ear, as the sound system reports it. Dropouts: how often the sound was not ready in time."));
}

}  // namespace luthier::ui
