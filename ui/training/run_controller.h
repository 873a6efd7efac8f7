#pragma once
#include <QObject>
#include <QTimer>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/run/events.h"
#include "core/session/training_session.h"
#include "ui/training/run_record.h"

namespace luthier::ui {

/// The one run that this window trains: on its own thread, with events brought to the GUI thread in batches, 20 a second.
/// GUI thread.
class RunController : public QObject {
  Q_OBJECT
 public:
  explicit RunController(QObject* parent = nullptr);
  ~RunController() override;  ///< asks for a stop, which saves a checkpoint, and waits

  bool running() const { return running_; }
  bool paused() const { return switches_ && switches_->paused; }
  bool stopping() const { return running_ && stop_.stop_requested(); }
  bool discarding() const { return stopping() && switches_->discard; }
  /// Folder name of the run, empty until its first event.
  const QString& run() const { return run_; }
  /// Where it is trained, or was trained last: another workspace may be open by now.
  const std::filesystem::path& workspace() const { return workspace_; }
  /// What this sitting has told so far.
  const RunRecord& sitting() const { return sitting_; }

  void start(const TrainingRequest& request);  ///< does nothing while one runs
  void set_paused(bool paused);
  void stop();     ///< after the present step, with a checkpoint
  /// Stops with a checkpoint, from which a luthierctl of its own goes on: the run outlives the window. Does so also when the window
  /// is closed meanwhile; what it writes is in runs/<id>/luthierctl.log. Where it cannot, hand_over_failed says why, and there too.
  void hand_over();
  void discard();  ///< after the present step, without; also while a stop is under way

 Q_SIGNALS:
  void began(const QString& run);
  void arrived(const std::vector<luthier::RunEvent>& events);
  void state_changed();
  /// The thread has ended. `failed` holds the sentence when it failed.
  void ended(luthier::Outcome outcome, const QString& message);
  void hand_over_failed(const QString& message);

 private:
  class Bridge;
  void take();

  std::shared_ptr<Bridge> bridge_;
  std::shared_ptr<RunSwitches> switches_;
  std::stop_source stop_;
  std::thread thread_;
  QTimer timer_;
  std::filesystem::path workspace_;
  QString run_, message_;
  Outcome outcome_ = Outcome::done;
  RunRecord sitting_;
  bool running_ = false, handing_over_ = false;
};

}  // namespace luthier::ui
