#pragma once
#include <QObject>
#include <QString>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/run/events.h"

namespace luthier::ui {

/// Reads the events of any run of the workspace from its folder, also while another program trains it. On a thread of its own, a
/// slice at a time: the next is read when the last was taken, so a long file neither holds the window up nor is waited for.
/// GUI thread.
class RunWatcher : public QObject {
  Q_OBJECT
 public:
  static constexpr std::size_t kSlice = 1000;  ///< events that come at once at most, as RunFollower reads them

  explicit RunWatcher(QObject* parent = nullptr);
  ~RunWatcher() override;  ///< waits for a slice that is being read, some milliseconds
  /// Delivers all events that are there, then, with `follow`, new ones every 300 ms. Returns at once, as stop() does; nothing of
  /// what was watched before arrives any more.
  void watch(const std::filesystem::path& run_folder, bool follow);
  void stop();

 Q_SIGNALS:
  void arrived(const QString& run, const std::vector<luthier::RunEvent>& events);
  /// Once: all that was there at first has arrived.
  void caught_up(const QString& run);

 private:
  struct Task {
    std::filesystem::path folder;
    bool follow = false;
    quint64 number = 0;
    std::stop_token stop;
  };
  void work(const std::stop_token& end);
  void read(const Task& task);
  bool deliver(const Task& task, std::vector<RunEvent> events);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<Task> next_;   ///< guarded by the mutex
  std::stop_source current_;   ///< of the newest task; GUI thread
  quint64 number_ = 0;         ///< GUI thread
  std::jthread thread_;
};

}  // namespace luthier::ui
