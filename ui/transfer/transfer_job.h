#pragma once
#include <QObject>
#include <QTimer>
#include <memory>
#include <mutex>
#include <vector>

#include "core/session/transfer_session.h"
#include "ui/common/background_task.h"
#include "ui/spectrogram/picture.h"

namespace luthier::ui {

/// One transfer on a thread: progress, the clean estimate of each sampling step as a picture, cancel, result. GUI thread.
class TransferJob : public QObject {
  Q_OBJECT
 public:
  explicit TransferJob(QObject* parent = nullptr);
  ~TransferJob() override;
  bool running() const { return task_ != nullptr; }
  void start(const TransferRequest& request, double content_seconds);
  void cancel();
  double fraction() const { return fraction_; }
  const QString& text() const { return text_; }
  /// Estimates so far, in order.
  const std::vector<PicturePtr>& steps() const { return pictures_; }
  const TransferResult& result() const { return *result_; }

 Q_SIGNALS:
  void progressed();
  void step_arrived();
  void ended();  ///< result() holds what came of it

 private:
  /// Where the worker leaves steps for the GUI thread.
  struct Box {
    std::mutex mutex;
    std::vector<TransferStep> steps;
  };
  void take_steps();

  std::unique_ptr<BackgroundTask> task_;
  std::shared_ptr<Box> box_;
  std::shared_ptr<TransferResult> result_ = std::make_shared<TransferResult>();
  std::vector<PicturePtr> pictures_;
  QTimer timer_;
  double seconds_ = 0, fraction_ = 0;
  QString text_;
  quint64 number_ = 0;
};

}  // namespace luthier::ui
