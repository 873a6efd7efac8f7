#include "ui/training/run_steering.h"

#include <QSettings>
#include <QWidget>

#include "core/session/train_words.h"
#include "ui/common/error_box.h"
#include "ui/common/in_background.h"
#include "ui/common/workbench.h"
#include "ui/training/run_controller.h"

namespace luthier::ui {
namespace {

constexpr const char* kWantsProcess = "train/own_process";

}  // namespace

RunSteering::RunSteering(Workbench& bench, RunController& controller, QWidget* window) : QObject(window), bench_(bench), controller_(controller), window_(window) {
  connect(&launch_, &RunLaunch::started, this, [this](const std::filesystem::path& workspace, const QString& run) {
    Q_EMIT state_changed();
    Q_EMIT launched(workspace, run);
  });
  connect(&launch_, &RunLaunch::failed, this, [this](const QString& message) {
    Q_EMIT state_changed();
    if (!message.isEmpty()) show_error(window_, message);
  });
  connect(&controller_, &RunController::hand_over_failed, this, [this](const QString& message) { show_error(window_, message); });
}

bool RunSteering::wants_process() { return QSettings().value(kWantsProcess, false).toBool(); }
void RunSteering::want_process(bool on) { QSettings().setValue(kWantsProcess, on); }

bool RunSteering::can_start() const { return !launching() && (wants_process() || !controller_.running()); }

bool RunSteering::is_mine(const QString& run) const { return controller_.running() && controller_.run() == run; }

void RunSteering::start(const TrainingRequest& request) {
  if (!can_start()) return;
  QStringList words;
  for (const std::string& word : train_words(request)) words << QString::fromStdString(word);
  bench_.note_command(words.mid(3));  // without "luthierctl --workspace FOLDER"
  if (!wants_process()) return controller_.start(request);
  launch_.start(request);
  bench_.say(tr("The run is being prepared in a process of its own; the clips are read first."));
  Q_EMIT state_changed();
}

void RunSteering::pause(const QString& run, bool on) {
  if (!run.isEmpty()) bench_.note_command({on ? "pause" : "unpause", run});
  if (is_mine(run)) return controller_.set_paused(on);
  order(run, on ? RunOrder::pause : RunOrder::go_on, on ? tr("It was asked to wait; it does after its present step.") : tr("It was asked to train on."));
}

void RunSteering::stop(const QString& run, bool discard) {
  if (launching(run)) return launch_.stop();
  if (!run.isEmpty()) bench_.note_command(discard ? QStringList{"stop", run, "--discard"} : QStringList{"stop", run});
  if (is_mine(run)) return discard ? controller_.discard() : controller_.stop();
  order(run, discard ? RunOrder::discard : RunOrder::stop, discard ? tr("It was asked to end; nothing more is saved.") : tr("It was asked to stop; it saves a checkpoint first."));
}

void RunSteering::order(const QString& run, RunOrder order, const QString& words) {
  if (!bench_.has_workspace() || run.isEmpty()) return;
  in_background<bool>(
      this, [workspace = bench_.workspace(), run = run.toStdString(), order] { return order_run(workspace, run, order), true; },
      [this, words](bool) { bench_.say(words); }, [this](const QString& message) { show_error(window_, message); });
}

}  // namespace luthier::ui
