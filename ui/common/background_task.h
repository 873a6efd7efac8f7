#pragma once
#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "core/run/progress.h"

namespace luthier::ui {

/// A long job on its own thread: progress, time left, cancel. Made and owned on the GUI thread, where all its signals come.
/// Exactly one of done, cancelled and failed is emitted, and `ended` after it. Its destructor asks the job to stop and waits.
class BackgroundTask : public QObject {
  Q_OBJECT
 public:
  /// The job returns when it is done, or soon after a stop request; whatever it throws becomes `failed` (or `cancelled`,
  /// when a stop had been asked for).
  using Job = std::function<void(std::stop_token, const ProgressSink&)>;

  BackgroundTask(QString title, Job job, QObject* parent = nullptr);
  ~BackgroundTask() override;

  void start();
  void cancel();
  bool running() const { return running_; }
  bool cancel_requested() const { return stop_.stop_requested(); }
  const QString& title() const { return title_; }
  double fraction() const { return fraction_; }
  /// What is being done now, with the time left where it is known.
  const QString& text() const { return text_; }

 Q_SIGNALS:
  void progressed();
  void done();
  void cancelled();
  void failed(const QString& message);
  void ended();

 private:
  /// What the thread last reported; the GUI takes it at most 20 times a second.
  struct Board {
    std::mutex mutex;
    Progress progress;
    bool posted = false;
  };
  void report(const Progress& progress);
  void take_progress();
  void end(bool failed, const QString& message);

  QString title_;
  Job job_;
  std::shared_ptr<Board> board_ = std::make_shared<Board>();
  std::stop_source stop_;
  std::thread thread_;
  QElapsedTimer clock_;
  bool running_ = false;
  double fraction_ = 0;
  QString text_;
};

/// "3 s", "2 min 10 s", "1 h 05 min".
QString duration_text(double seconds);
/// "0:03.2" or "12:40" for positions in a sound.
QString position_text(double seconds);

}  // namespace luthier::ui
