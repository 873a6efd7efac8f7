#include "ui/transfer/transfer_job.h"

#include <utility>

namespace luthier::ui {

TransferJob::TransferJob(QObject* parent) : QObject(parent) {
  timer_.setInterval(50);
  connect(&timer_, &QTimer::timeout, this, &TransferJob::take_steps);
}

TransferJob::~TransferJob() = default;

void TransferJob::start(const TransferRequest& request, double content_seconds) {
  if (running()) return;
  ++number_;
  box_ = std::make_shared<Box>();
  result_ = std::make_shared<TransferResult>();
  pictures_.clear();
  seconds_ = content_seconds;
  fraction_ = 0;
  text_.clear();
  task_ = std::make_unique<BackgroundTask>(tr("Transfer"), [request, box = box_, result = result_](std::stop_token stop, const ProgressSink& sink) {
    TransferListener listener;
    listener.progress = [&sink](double fraction, const std::string& words) { sink({fraction, words, -1}); };
    listener.step = [&box](const TransferStep& step) {
      std::lock_guard lock(box->mutex);
      box->steps.push_back(step);
    };
    *result = transfer(request, listener, stop);
  });
  connect(task_.get(), &BackgroundTask::progressed, this, [this] {
    fraction_ = task_->fraction();
    text_ = task_->text();
    Q_EMIT progressed();
  });
  connect(task_.get(), &BackgroundTask::failed, this, [this](const QString& message) {
    result_->outcome = Outcome::failed;
    result_->message = message.toStdString();
  });
  connect(task_.get(), &BackgroundTask::cancelled, this, [this] {
    if (result_->result.empty()) result_->outcome = Outcome::cancelled;
  });
  connect(task_.get(), &BackgroundTask::ended, this, [this] {
    timer_.stop();
    take_steps();
    task_.release()->deleteLater();
    Q_EMIT ended();
  });
  timer_.start();
  task_->start();
  Q_EMIT progressed();
}

void TransferJob::cancel() {
  if (task_) task_->cancel();
}

void TransferJob::take_steps() {
  std::vector<TransferStep> steps;
  {
    std::lock_guard lock(box_->mutex);
    steps = std::exchange(box_->steps, {});
  }
  for (TransferStep& step : steps) {
    auto picture = picture_from_decibels(QStringLiteral("estimate:%1:%2").arg(number_).arg(pictures_.size()),
                                         std::move(step.decibels), step.bins, step.frames, seconds_, 22050);
    if (picture) pictures_.push_back(std::move(picture));
  }
  if (!steps.empty()) Q_EMIT step_arrived();
}

}  // namespace luthier::ui
