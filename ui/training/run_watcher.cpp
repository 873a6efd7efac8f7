#include "ui/training/run_watcher.h"

#include <QMetaObject>
#include <chrono>
#include <memory>
#include <utility>

#include "core/session/training_session.h"

namespace luthier::ui {

RunWatcher::RunWatcher(QObject* parent) : QObject(parent), thread_([this](const std::stop_token& end) { work(end); }) {}

RunWatcher::~RunWatcher() {
  stop();
  thread_.request_stop();
  thread_.join();
}

void RunWatcher::stop() {
  ++number_;
  current_.request_stop();
  std::lock_guard lock(mutex_);
  next_.reset();
}

void RunWatcher::watch(const std::filesystem::path& run_folder, bool follow) {
  stop();
  current_ = std::stop_source();
  {
    std::lock_guard lock(mutex_);
    next_ = Task{run_folder, follow, number_, current_.get_token()};
  }
  wake_.notify_all();
}

void RunWatcher::work(const std::stop_token& end) {
  for (;;) {
    std::optional<Task> task;
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, end, [this] { return next_.has_value(); })) return;
      task = std::exchange(next_, std::nullopt);
    }
    read(*task);
  }
}

void RunWatcher::read(const Task& task) {
  RunFollower follower(task.folder);
  std::mutex mutex;
  std::condition_variable_any wake;
  for (bool first = true; !task.stop.stop_requested();) {
    std::vector<RunEvent> events;
    try {
      events = follower.poll();
    } catch (const std::exception&) {
      // A folder that has just gone: the next look decides.
    }
    const bool more = events.size() >= kSlice;
    if (!events.empty() && !deliver(task, std::move(events))) return;
    if (more) continue;
    if (std::exchange(first, false)) {
      QMetaObject::invokeMethod(
          this,
          [this, number = task.number, run = QString::fromStdString(task.folder.filename().string())] {
            if (number == number_) Q_EMIT caught_up(run);
          },
          Qt::QueuedConnection);
    }
    if (!task.follow) return;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, task.stop, std::chrono::milliseconds(300), [] { return false; });
  }
}

/// False: nobody wants any more.
bool RunWatcher::deliver(const Task& task, std::vector<RunEvent> events) {
  struct Slice {
    std::vector<RunEvent> events;
    std::mutex mutex;
    std::condition_variable_any wake;
    bool taken = false;
  };
  const auto slice = std::make_shared<Slice>();
  slice->events = std::move(events);
  QMetaObject::invokeMethod(
      this,
      [this, number = task.number, run = QString::fromStdString(task.folder.filename().string()), slice] {
        if (number == number_) Q_EMIT arrived(run, slice->events);
        {
          std::lock_guard lock(slice->mutex);
          slice->taken = true;
        }
        slice->wake.notify_all();
      },
      Qt::QueuedConnection);
  std::unique_lock lock(slice->mutex);
  return slice->wake.wait(lock, task.stop, [&] { return slice->taken; });
}

}  // namespace luthier::ui
