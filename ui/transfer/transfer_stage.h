#pragma once
#include <QPointer>
#include <QWidget>
#include <map>
#include <string>
#include <vector>

#include "ui/common/workbench.h"
#include "ui/transfer/transfer_job.h"

class QLabel;
class QPushButton;

namespace luthier::ui {

class SpectrogramView;
class StepBar;
class StepSounds;

/// Content, style and result of one transfer as pictures and sounds: one that is being set up, one that runs (its clean
/// estimate as it forms, every step to be heard, kept or branched from), or an earlier one. GUI thread.
class TransferStage : public QWidget {
  Q_OBJECT
 public:
  explicit TransferStage(Workbench& bench, QWidget* parent = nullptr);
  /// Sounds that wait for a transfer; null: not chosen yet.
  void show_inputs(SoundPtr content, SoundPtr style);
  void show_job(TransferJob& job);
  void show_earlier(SoundPtr content, SoundPtr style, SoundPtr result, const std::map<std::string, std::string>& record, const QString& words);
  TransferJob* job() const { return job_; }  ///< the one that is shown; null: none
  SoundPtr result() const { return result_; }
  SpectrogramView& view() { return *view_; }
  StepBar& step_bar() { return *bar_; }
  void say(const QString& words, bool wrong = false);
  void play(const SoundPtr& sound);  ///< if it is on stage

 Q_SIGNALS:
  void keep_requested(int step);
  void branch_requested(int step);

 private:
  QWidget* make_head();
  void show_lanes(bool keep_view);
  void follow_job();
  void job_ended();
  void show_step(int index);
  void hear();
  void step_ready(const SoundPtr& sound);
  void update_buttons();
  void export_result();
  void compare();
  std::size_t result_lane() const { return (content_ ? 1 : 0) + (style_ ? 1 : 0); }

  Workbench& bench_;
  QPointer<TransferJob> job_;
  SoundPtr content_, style_, result_, step_sound_;
  std::vector<StepPicture> pictures_;
  std::map<std::string, std::string> record_;
  bool waiting_to_play_ = false;
  StepSounds* sounds_;
  SpectrogramView* view_;
  StepBar* bar_;
  QPushButton* hear_[3];
  QPushButton* export_;
  QPushButton* compare_;
  QLabel* message_;
};

}  // namespace luthier::ui
