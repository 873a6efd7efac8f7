#pragma once
#include <QFrame>

#include "core/session/training_session.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace luthier::ui {

class RunController;
class RunRecord;

/// The run that is looked at: its name, state, progress and figures, and what can be done with it now. GUI thread.
class RunHead : public QFrame {
  Q_OBJECT
 public:
  explicit RunHead(QWidget* parent = nullptr);
  /// `shown` is the run's id, empty before a new run has one; `summary` is null where the list does not have it yet.
  void show_run(const QString& shown, const QString& name, const RunRecord& record, const RunSummary* summary, const RunController& controller);
  /// Whether every sitting of the run has gone on bit for bit where the one before had stopped; `why` says why not. Nothing is
  /// shown for a run that was never gone on with.
  void show_exactness(int sittings, const QStringList& why);
  /// "training", "paused", "done" … as it stands at the head.
  static QString state_text(const QString& shown, const RunRecord& record, const RunSummary* summary, const RunController& controller);

 Q_SIGNALS:
  void pause_clicked();
  void stop_clicked();      ///< of the window's own run, or of one that luthierctl trains
  void drop_clicked();      ///< end at once, save nothing
  void resume_clicked();    ///< go on as it is
  void change_clicked();    ///< go on with other settings, or for longer
  void transfer_clicked();

 private:
  void show_progress(const RunRecord& record, bool mine);
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
};

}  // namespace luthier::ui
