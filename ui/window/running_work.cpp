#include "ui/window/running_work.h"

#include <QCoreApplication>

#include "ui/common/error_box.h"
#include "ui/common/words.h"
#include "ui/common/workbench.h"
#include "ui/training/run_program.h"
#include "ui/training/training_page.h"
#include "ui/transfer/live_panel.h"
#include "ui/transfer/transfer_page.h"

namespace luthier::ui {
namespace {

QString tr(const char* words) { return QCoreApplication::translate("RunningWork", words); }

bool may_stop_transfers(QWidget* window, int open, bool program, const QString& stop) {
  if (open == 0) return true;
  const QString transfers = counted(open, tr("transfer is"), tr("transfers are"));
  const QString question = program ? tr("%1 not done yet. Stop and close?") : tr("%1 not done yet. Stop and leave this workspace?");
  return confirm(window, question.arg(transfers), tr("What is done already is kept."), stop);
}

/// Imports, evaluations, exports … and the live stream, in one question.
bool may_stop_jobs(QWidget* window, Workbench& bench, bool live, bool program, const QString& stop) {
  QStringList titles;
  for (const BackgroundTask* task : bench.tasks()) {
    if (!task->cancel_requested()) titles << task->title();
  }
  if (live) titles << tr("Live stream");
  if (titles.isEmpty()) return true;
  const QString question = program ? tr("%1 not done yet (%2). Stop and close?") : tr("%1 not done yet (%2). Stop and leave this workspace?");
  const QString jobs = counted(titles.size(), tr("job is"), tr("jobs are"));
  return confirm(window, question.arg(jobs, titles.join(", ")), tr("What is done already is kept."), stop);
}

}  // namespace

bool may_stop_work(QWidget* window, Workbench& bench, TrainingPage& training, TransferPage& transfer, Leaving what) {
  const bool program = what == Leaving::program;
  const QString stop = program ? tr("Stop and close") : tr("Stop and leave");
  RunController& run = training.controller();
  bool go_on = false;
  if (run.running()) {
    QStringList ways{stop};
    const bool can_go_on = !run.run().isEmpty() && !run_program().isEmpty();
    if (can_go_on) ways << tr("Train on without the window");
    const QString later = can_go_on ? tr("A checkpoint is saved first, and the run can be gone on with later; or luthierctl goes on with it at once, and this window shows it when it is opened again.")
                                    : tr("A checkpoint is saved first, and the run can be gone on with later.");
    const int way = choose(window, program ? tr("A run is training here. Stop it and close?") : tr("A run is training here. Stop it and leave this workspace?"), later, ways);
    if (way < 0) return false;
    go_on = way == 1;
  }
  if (!may_stop_transfers(window, transfer.open_jobs(), program, stop)) return false;
  if (!may_stop_jobs(window, bench, transfer.live().running(), program, stop)) return false;
  if (go_on) run.hand_over();
  return true;
}

}  // namespace luthier::ui
