#include "ui/training/run_controller.h"

#include <atomic>
#include <cstdio>
#include <utility>

#include "core/session/train_words.h"
#include "core/session/workspace.h"
#include "ui/common/in_background.h"
#include "ui/training/run_program.h"

namespace luthier::ui {
namespace {

/// Lets luthierctl go on with a run that has just been stopped. Throws with a sentence, which stands in its log too.
void pass_on(const std::filesystem::path& workspace, const std::string& run) {
  if (run.empty()) throw SessionError(RunController::tr("The run had not begun yet, so luthierctl has nothing to go on with; start it anew.").toStdString());
  const RunSummary summary = read_run(workspace, run);
  const std::filesystem::path log = summary.folder / "luthierctl.log";
  try {
    if (summary.latest_checkpoint.empty()) throw SessionError(RunController::tr("The run %1 has no checkpoint, so luthierctl cannot go on with it; start it anew.").arg(QString::fromStdString(run)).toStdString());
    if (summary.status == "done") return;  // its last step came first
    TrainingRequest request;
    request.workspace = workspace, request.resume = run;
    request.device = summary.device.starts_with("cuda") ? "cuda" : "cpu";  // where it was trained
    start_run_program(train_words(request), log);
  } catch (const std::exception& error) {
    if (std::FILE* file = std::fopen(log.c_str(), "a")) std::fprintf(file, "%s\n", error.what()), std::fclose(file);
    throw;
  }
}

}  // namespace

/// Collects events on the run's thread; the GUI thread takes them in batches.
class RunController::Bridge : public RunListener {
 public:
  void on_event(const RunEvent& event) override {
    std::lock_guard lock(mutex_);
    events_.push_back(event);
  }
  std::vector<RunEvent> take() {
    std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }
  std::atomic<bool> over{false};

 private:
  std::mutex mutex_;
  std::vector<RunEvent> events_;
};

RunController::RunController(QObject* parent) : QObject(parent) {
  timer_.setInterval(50);
  connect(&timer_, &QTimer::timeout, this, &RunController::take);
}

RunController::~RunController() {
  stop_.request_stop();
  if (switches_) switches_->paused = false;
  if (thread_.joinable()) thread_.join();
  if (!running_ || !handing_over_) return;
  try {
    pass_on(workspace_, run_.toStdString());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "luthier: %s\n", error.what());  // there is no window any more that could say it
  }
}

void RunController::start(const TrainingRequest& request) {
  if (running_) return;
  if (thread_.joinable()) thread_.join();
  bridge_ = std::make_shared<Bridge>();
  switches_ = std::make_shared<RunSwitches>();
  stop_ = std::stop_source();
  workspace_ = request.workspace;
  run_ = QString::fromStdString(request.resume);
  message_.clear();
  outcome_ = Outcome::done;
  sitting_.clear();
  running_ = true;
  handing_over_ = false;
  thread_ = std::thread([request, bridge = bridge_, switches = switches_, token = stop_.get_token()] {
    try {
      train(request, *bridge, token, switches.get());
    } catch (const std::exception& error) {
      // train() promises not to throw; if it does, the user still hears why.
      bridge->on_event({request.resume, RunFinished{Outcome::failed, error.what(), 0, 0}});
    }
    bridge->over = true;
  });
  timer_.start();
  Q_EMIT state_changed();
}

void RunController::set_paused(bool paused) {
  if (!running_ || stopping()) return;
  switches_->paused = paused;
  Q_EMIT state_changed();
}

void RunController::stop() {
  if (!running_) return;
  stop_.request_stop();
  switches_->paused = false;
  Q_EMIT state_changed();
}

void RunController::hand_over() {
  handing_over_ = running_;
  stop();
}

void RunController::discard() {
  if (!running_) return;
  switches_->discard = true;
  stop();
}

void RunController::take() {
  const bool over = bridge_->over;  // read before the events, so that none is left behind
  std::vector<RunEvent> events = bridge_->take();
  for (const RunEvent& event : events) {
    if (run_.isEmpty() && !event.run.empty()) {
      run_ = QString::fromStdString(event.run);
      Q_EMIT began(run_);
    }
    if (const auto* end = std::get_if<RunFinished>(&event.data)) {
      outcome_ = end->outcome;
      message_ = QString::fromStdString(end->message);
    }
  }
  if (!events.empty()) {
    for (const RunEvent& event : events) sitting_.apply(event);
    Q_EMIT arrived(events);
  }
  if (!over) return;
  timer_.stop();
  thread_.join();
  running_ = false;
  if (std::exchange(handing_over_, false)) {
    in_background<bool>(this, [workspace = workspace_, run = run_.toStdString()] { return pass_on(workspace, run), true; }, [](bool) {},
                        [this](const QString& message) { Q_EMIT hand_over_failed(message); });
  }
  Q_EMIT state_changed();
  Q_EMIT ended(outcome_, message_);
}

}  // namespace luthier::ui
