#pragma once
#include <QObject>
#include <QTimer>
#include <memory>
#include <mutex>
#include <vector>

#include "core/session/transfer_session.h"
#include "ui/common/background_task.h"
#include "ui/common/sound.h"
#include "ui/spectrogram/picture.h"

namespace luthier::ui {

/// A clean estimate of the sampler as a picture.
struct StepPicture {
  int step = 0, total = 0;  ///< step from 1
  PicturePtr picture;
};

/// One transfer: waiting, then on a thread of its own with progress and the estimate of each sampling step, then its result.
/// GUI thread.
class TransferJob : public QObject {
  Q_OBJECT
 public:
  enum class State { waiting, running, done, cancelled, failed };

  /// Content and style are shown with it; the session reads them itself. `schema` has the settings of the request's model.
  TransferJob(TransferRequest request, SoundPtr content, SoundPtr style, Schema schema = {}, QObject* parent = nullptr);
  ~TransferJob() override;

  State state() const { return state_; }
  bool running() const { return state_ == State::running; }
  bool ended() const { return state_ != State::waiting && state_ != State::running; }
  bool cancelling() const;
  void start();   ///< once
  void cancel();  ///< a waiting one is cancelled at once; a running one soon

  const TransferRequest& request() const { return request_; }
  const Schema& schema() const { return schema_; }
  const SoundPtr& content() const { return content_; }
  const SoundPtr& style() const { return style_; }
  QString title() const;    ///< "content → style"
  double fraction() const { return fraction_; }
  const QString& text() const { return text_; }  ///< what is being done now
  QString state_text() const;                    ///< for lists
  const std::vector<StepPicture>& pictures() const { return pictures_; }  ///< so far, in order
  /// For hearing steps; null before the model has been loaded.
  const std::shared_ptr<const TransferSteps>& steps() const { return steps_; }
  SoundPtr result() const { return sound_; }     ///< null unless done
  const TransferResult& outcome() const { return *result_; }

 Q_SIGNALS:
  void progressed();
  void step_arrived();
  void finished();  ///< of the state too when a waiting one is cancelled

 private:
  /// Where the worker leaves things for the GUI thread.
  struct Box {
    std::mutex mutex;
    std::vector<TransferStep> steps;
    std::shared_ptr<const TransferSteps> begun;
  };
  void take_steps();
  void end();

  TransferRequest request_;
  Schema schema_;
  SoundPtr content_, style_, sound_;
  State state_ = State::waiting;
  std::unique_ptr<BackgroundTask> task_;
  std::shared_ptr<Box> box_ = std::make_shared<Box>();
  std::shared_ptr<TransferResult> result_ = std::make_shared<TransferResult>();
  std::shared_ptr<SoundPtr> made_ = std::make_shared<SoundPtr>();
  std::shared_ptr<const TransferSteps> steps_;
  std::vector<StepPicture> pictures_;
  QTimer timer_;
  quint64 number_;
  double fraction_ = 0;
  QString text_;
};

}  // namespace luthier::ui
