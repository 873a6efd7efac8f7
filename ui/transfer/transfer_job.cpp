#include "ui/transfer/transfer_job.h"

#include <utility>

namespace luthier::ui {
namespace {

QString title_of(const SoundPtr& sound, const std::string& named) { return sound ? sound->title : QString::fromStdString(named); }

/// What a transfer takes the sound of: a clip, a file, or a label.
QString style_title(const SoundPtr& sound, const TransferRequest& request) {
  const auto label = request.options.find("label");
  return sound || !request.style.empty() || label == request.options.end() ? title_of(sound, request.style) : QString::fromStdString(to_text(label->second));
}

}  // namespace

TransferJob::TransferJob(TransferRequest request, SoundPtr content, SoundPtr style, Schema schema, QObject* parent)
    : QObject(parent), request_(std::move(request)), schema_(std::move(schema)), content_(std::move(content)), style_(std::move(style)) {
  static quint64 count = 0;
  number_ = ++count;
  timer_.setInterval(50);
  connect(&timer_, &QTimer::timeout, this, &TransferJob::take_steps);
}

TransferJob::~TransferJob() = default;

bool TransferJob::cancelling() const { return task_ && task_->cancel_requested(); }

QString TransferJob::title() const { return tr("%1  →  %2").arg(title_of(content_, request_.content), style_title(style_, request_)); }

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
  for (TransferStep& step : steps) {
    const PictureAxis axis{step.linear ? PictureKind::linear : PictureKind::mel, step.bins, step.sample_rate, step.n_fft};
    auto picture = picture_from_levels(QStringLiteral("estimate:%1:%2").arg(number_).arg(step.step), std::move(step.decibels), axis, step.frames,
                                       static_cast<double>(step.hop) / step.sample_rate);
    if (picture) pictures_.push_back({step.step, step.total, std::move(picture)});
  }
  if (!steps.empty()) Q_EMIT step_arrived();
}

}  // namespace luthier::ui
