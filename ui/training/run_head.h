#pragma once
#include <QFrame>

#include "core/session/training_session.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace luthier::ui {

class RunController;
class RunRecord;
struct RunExactness;

/// The run that is looked at: its name, state, progress and figures, and what can be done with it now. GUI thread.
class RunHead : public QFrame {
  Q_OBJECT
 public:
  explicit RunHead(QWidget* parent = nullptr);
  /// `shown` is the run's id, empty before a new run has one; `summary` is null where the list does not have it yet.
  void show_run(const QString& shown, const QString& name, const RunRecord& record, const RunSummary* summary, const RunController& controller);
  /// Whether every sitting of the run has gone on bit for bit where the one before had stopped, or why not. Nothing is shown for a
  /// run that was never gone on with, or where it is not known.
  void show_exactness(const RunExactness& exactness);
  /// Whether a run may be started or gone on with now, and whether the one that is shown is being prepared in a process of its own: for the
  /// next show_run().
  void set_ways(bool can_start, bool launching) { can_start_ = can_start, launching_ = launching; }
  /// "training", "paused", "done" … as it stands at the head.
  static QString state_text(const QString& shown, const RunRecord& record, const RunSummary* summary, const RunController& controller);

 Q_SIGNALS:
  void pause_clicked(bool pause);  ///< false: train on; of the window's own run or of one that another program trains, as the next two
  void stop_clicked();
  void drop_clicked();      ///< end at once, save nothing
  void resume_clicked();    ///< go on as it is
  void change_clicked();    ///< go on with other settings, or for longer
  void transfer_clicked();

 private:
  void show_buttons(const QString& shown, const RunRecord& record, const RunSummary* summary, const RunController& controller);
  void show_progress(const RunRecord& record, const RunSummary* summary, bool mine);
  void show_figures(const RunRecord& record, bool mine);
  void show_message(const RunRecord& record, const RunSummary* summary, bool mine);

  QLabel* title_;
  QLabel* state_;
  QLabel* exact_;
  QLabel* figures_;
  QLabel* message_;
  QProgressBar* bar_;
  QPushButton* pause_;
  QPushButton* stop_;
  QPushButton* drop_;
  QPushButton* resume_;
  QPushButton* change_;
  QPushButton* transfer_;
  bool can_start_ = true, launching_ = false, paused_ = false;
};

}  // namespace luthier::ui
