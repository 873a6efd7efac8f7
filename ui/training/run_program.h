#pragma once
#include <QObject>
#include <QString>
#include <QTimer>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/session/training_session.h"

namespace luthier::ui {

/// Where luthierctl lies: beside this program, else on PATH; empty: nowhere. Looks at folders.
QString run_program();

/// Starts luthierctl with these words, as train_words() gives them, as a process that outlives this one; what it writes is added to
/// `log`. Returns its process number. Waits until it has started, which takes milliseconds; any thread. Throws SessionError.
qint64 start_run_program(const std::vector<std::string>& words, const std::filesystem::path& log);

/// Starts a training in a process of its own and tells which run it became, by the lock that the process holds. GUI thread; files are
/// looked at on others.
class RunLaunch : public QObject {
  Q_OBJECT
 public:
  explicit RunLaunch(QObject* parent = nullptr);
  /// From start() until the run is known.
  bool pending() const { return pending_; }
  /// The run that is to be gone on with; empty: a new one, or nothing is pending.
  QString resumed() const;
  void start(const TrainingRequest& request);
  /// Asks the process to end before its first step, as Ctrl+C does; nothing is told of it.
  void stop();
  /// Forgets what it waits for; the process goes on.
  void leave();

 Q_SIGNALS:
  void started(const std::filesystem::path& workspace, const QString& run);
  void failed(const QString& message);  ///< one sentence: the process ended before it had a run, or did not start; empty: it was stopped

 private:
  struct Wait;
  void look();

  std::shared_ptr<Wait> wait_;
  QTimer again_;
  bool pending_ = false;
};

}  // namespace luthier::ui
