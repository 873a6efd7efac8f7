#include "ui/transfer/transfer_job.h"

#include <utility>

namespace luthier::ui {
namespace {

QString title_of(const SoundPtr& sound, const std::string& named) { return sound ? sound->title : QString::fromStdString(named); }

}  // namespace

TransferJob::TransferJob(TransferRequest request, SoundPtr content, SoundPtr style, QObject* parent)
    : QObject(parent), request_(std::move(request)), content_(std::move(content)), style_(std::move(style)) {
  static quint64 count = 0;
  number_ = ++count;
  timer_.setInterval(50);
  connect(&timer_, &QTimer::timeout, this, &TransferJob::take_steps);
}

TransferJob::~TransferJob() = default;

bool TransferJob::cancelling() const { return task_ && task_->cancel_requested(); }

QString TransferJob::title() const { return tr("%1  →  %2").arg(title_of(content_, request_.content), title_of(style_, request_.style)); }

QString TransferJob::state_text() const {
  switch (state_) {
    case State::waiting: return tr("waiting");
    case State::running: return cancelling() ? tr("stopping") : tr("%1 %  %2").arg(static_cast<int>(fraction_ * 100)).arg(text_);
    case State::done: return tr("done in %1 s").arg(result_->seconds, 0, 'f', 1);
    case State::cancelled: return pictures_.empty() ? tr("cancelled") : tr("cancelled after step %1 of %2").arg(pictures_.back().step).arg(pictures_.back().total);
    case State::failed: return tr("failed: %1").arg(QString::fromStdString(result_->message));
  }
  return {};
}

void TransferJob::start() {
  if (state_ != State::waiting) return;
  state_ = State::running;
  const QString key = QStringLiteral("result:%1").arg(number_);
  task_ = std::make_unique<BackgroundTask>(tr("Transfer"), [request = request_, box = box_, result = result_, made = made_, key](std::stop_token stop, const ProgressSink& sink) {
    TransferListener listener;
    listener.progress = [&sink](double fraction, const std::string& words) { sink({fraction, words, -1}); };
    listener.step = [&box](const TransferStep& step) {
      const std::lock_guard lock(box->mutex);
      box->steps.push_back(step);
    };
    listener.begun = [&box](std::shared_ptr<const TransferSteps> steps) {
      const std::lock_guard lock(box->mutex);
      box->begun = std::move(steps);
    };
    *result = transfer(request, listener, stop);
    if (result->outcome == Outcome::done) *made = make_sound(key, tr("Result"), std::move(result->result), QString::fromStdString(result->output.string()));
  });
  connect(task_.get(), &BackgroundTask::progressed, this, [this] {
    fraction_ = task_->fraction();
    text_ = task_->text();
    Q_EMIT progressed();
  });
  connect(task_.get(), &BackgroundTask::ended, this, &TransferJob::end);
  timer_.start();
  task_->start();
  Q_EMIT progressed();
}

void TransferJob::end() {
  timer_.stop();
  take_steps();
  task_.release()->deleteLater();
  sound_ = *made_;
  // A transfer that was done before the stop reached it is done.
  state_ = sound_ ? State::done : result_->outcome == Outcome::cancelled ? State::cancelled : State::failed;
  if (state_ == State::failed && result_->message.empty()) result_->message = tr("The transfer failed for a reason that is not known.").toStdString();
  Q_EMIT finished();
}

void TransferJob::cancel() {
  if (task_) {
    task_->cancel();
    Q_EMIT progressed();
  } else if (state_ == State::waiting) {
    state_ = State::cancelled;
    Q_EMIT finished();
  }
}

void TransferJob::take_steps() {
  std::vector<TransferStep> steps;
  {
    const std::lock_guard lock(box_->mutex);
    steps = std::exchange(box_->steps, {});
    if (!steps_) steps_ = box_->begun;
  }
  const double seconds = content_ ? content_->seconds() : 3.0;
  for (TransferStep& step : steps) {
    auto picture = picture_from_decibels(QStringLiteral("estimate:%1:%2").arg(number_).arg(step.step), std::move(step.decibels), step.bins, step.frames, seconds, 22050);
    if (picture) pictures_.push_back({step.step, step.total, std::move(picture)});
  }
  if (!steps.empty()) Q_EMIT step_arrived();
}

}  // namespace luthier::ui
