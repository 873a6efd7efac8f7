#include "ui/training/run_controller.h"

#include <QCoreApplication>
#include <QMetaObject>
#include <QProcess>
#include <QStandardPaths>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <utility>

namespace luthier::ui {

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
  if (running_) pass_on();
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
  history_.clear();
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

void RunController::pass_on() const {
  if (!handing_over_ || run_.isEmpty()) return;
  try {
    if (read_run(workspace_, run_.toStdString()).latest_checkpoint.empty()) return;
  } catch (const std::exception&) {
    return;
  }
  const QString here = QCoreApplication::applicationDirPath();
  QProcess program;
  program.setProgram(QStandardPaths::findExecutable("luthierctl", {here, here + "/../bin"}));
  program.setArguments({"--workspace", QString::fromStdString(workspace_.string()), "train", "--resume", run_});
  program.setStandardInputFile(QProcess::nullDevice());
  program.setStandardOutputFile(QProcess::nullDevice());
  program.setStandardErrorFile(QProcess::nullDevice());
  program.startDetached();
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
    history_.insert(history_.end(), events.begin(), events.end());
    Q_EMIT arrived(events);
  }
  if (!over) return;
  timer_.stop();
  thread_.join();
  running_ = false;
  pass_on();
  Q_EMIT state_changed();
  Q_EMIT ended(outcome_, message_);
}

RunWatcher::RunWatcher(QObject* parent) : QObject(parent) {}

RunWatcher::~RunWatcher() { stop(); }

void RunWatcher::stop() {
  ++number_;
  thread_ = std::jthread();  // asks for a stop and joins
}

void RunWatcher::watch(const std::filesystem::path& run_folder, bool follow) {
  stop();
  const quint64 number = number_;
  thread_ = std::jthread([this, number, run_folder, follow](std::stop_token stop_token) {
    const QString run = QString::fromStdString(run_folder.filename().string());
    RunFollower follower(run_folder);
    std::mutex mutex;
    std::condition_variable_any wake;
    do {
      auto events = std::make_shared<std::vector<RunEvent>>();
      try {
        *events = follower.poll();
      } catch (const std::exception&) {
        // A half-written line or a folder that has just gone: the next look decides.
      }
      if (!events->empty()) {
        QMetaObject::invokeMethod(
            this,
            [this, number, run, events] {
              if (number == number_) Q_EMIT arrived(run, *events);
            },
            Qt::QueuedConnection);
      }
      std::unique_lock lock(mutex);
      wake.wait_for(lock, stop_token, std::chrono::milliseconds(300), [] { return false; });
    } while (follow && !stop_token.stop_requested());
  });
}

}  // namespace luthier::ui
