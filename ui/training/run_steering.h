#pragma once
#include <QObject>
#include <QString>

#include "core/session/run_elsewhere.h"
#include "core/session/training_session.h"
#include "ui/training/run_program.h"

class QWidget;

namespace luthier::ui {

class RunController;
class Workbench;

/// Starts runs, in this window or in a process of its own, and pauses and ends them, whoever trains them; each action is noted as
/// the command that does the same. GUI thread; never waits.
class RunSteering : public QObject {
  Q_OBJECT
 public:
  RunSteering(Workbench& bench, RunController& controller, QWidget* window);
  /// Runs are started in a process of their own, which goes on when this window ends, also by a crash. Kept in the settings.
  static bool wants_process();
  static void want_process(bool on);
  /// A process was started, and its run is not known yet.
  bool launching() const { return launch_.pending(); }
  /// It goes on with this run; with an empty name: becomes a new one.
  bool launching(const QString& run) const { return launching() && launch_.resumed() == run; }
  /// A run can be started now, or gone on with.
  bool can_start() const;
  void start(const TrainingRequest& request);
  void pause(const QString& run, bool on);  ///< false: train on
  void stop(const QString& run, bool discard);  ///< also one that is being prepared
  void leave_workspace() { launch_.leave(); }

 Q_SIGNALS:
  void launched(const std::filesystem::path& workspace, const QString& run);
  void state_changed();

 private:
  bool is_mine(const QString& run) const;
  void order(const QString& run, RunOrder order, const QString& words);

  Workbench& bench_;
  RunController& controller_;
  QWidget* window_;
  RunLaunch launch_;
};

}  // namespace luthier::ui
