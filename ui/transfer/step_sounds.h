#pragma once
#include <QObject>
#include <QThreadPool>
#include <list>
#include <memory>
#include <stop_token>

#include "core/session/transfer_session.h"
#include "ui/common/sound.h"

namespace luthier::ui {

/// Turns estimates of a transfer's steps into sounds, one at a time in the background; the latest wish goes first, and what was
/// made is kept for the next time. GUI thread.
class StepSounds : public QObject {
  Q_OBJECT
 public:
  explicit StepSounds(QObject* parent = nullptr);
  ~StepSounds() override;
  /// Another transfer; null: none.
  void set_steps(std::shared_ptr<const TransferSteps> steps);
  SoundPtr cached(int step) const;  ///< null: not made yet
  /// `ready` or `failed` follows, at once where it was made before; neither when another step is wished for first.
  void request(int step);
  int wanted() const { return wanted_; }  ///< 0: nothing is being made

 Q_SIGNALS:
  void ready(int step, luthier::ui::SoundPtr sound);
  void failed(const QString& message);

 private:
  struct Made {
    int step;
    SoundPtr sound;
  };
  QThreadPool pool_;
  std::shared_ptr<const TransferSteps> steps_;
  std::list<Made> made_;  ///< newest first
  std::stop_source stop_;
  int wanted_ = 0;
  quint64 number_ = 0, transfer_ = 0;
};

}  // namespace luthier::ui
