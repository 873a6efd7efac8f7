#include "ui/common/background_task.h"

#include <QMetaObject>
#include <QTimer>
#include <algorithm>
#include <cmath>
#include <exception>

namespace luthier::ui {

BackgroundTask::BackgroundTask(QString title, Job job, QObject* parent)
    : QObject(parent), title_(std::move(title)), job_(std::move(job)) {}

BackgroundTask::~BackgroundTask() {
  stop_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void BackgroundTask::start() {
  if (running_ || thread_.joinable()) return;
  running_ = true;
  clock_.start();
  thread_ = std::thread([this] {
    QString message;
    bool failed = false;
    try {
      job_(stop_.get_token(), [this](const Progress& progress) { report(progress); });
    } catch (const std::exception& error) {
      failed = true;
      message = QString::fromUtf8(error.what());
    } catch (...) {
      failed = true;
      message = tr("The job ended for a reason that is not known.");
    }
    QMetaObject::invokeMethod(this, [this, failed, message] { end(failed, message); }, Qt::QueuedConnection);
  });
}

void BackgroundTask::cancel() { stop_.request_stop(); }

void BackgroundTask::report(const Progress& progress) {
  {
    std::lock_guard lock(board_->mutex);
    board_->progress = progress;
    if (board_->posted) return;
    board_->posted = true;
  }
  QMetaObject::invokeMethod(
      this, [this] { QTimer::singleShot(50, this, &BackgroundTask::take_progress); }, Qt::QueuedConnection);
}

void BackgroundTask::take_progress() {
  Progress progress;
  {
    std::lock_guard lock(board_->mutex);
    progress = board_->progress;
    board_->posted = false;
  }
  if (!running_) return;
  fraction_ = std::clamp(progress.fraction, 0.0, 1.0);
  text_ = QString::fromUtf8(progress.text.c_str());
  double left = progress.seconds_left;
  const double spent = static_cast<double>(clock_.elapsed()) / 1000.0;
  if (left < 0 && fraction_ > 0.02 && spent > 2) left = spent * (1 - fraction_) / fraction_;
  if (left >= 0) text_ += tr(" – %1 left").arg(duration_text(left));
  Q_EMIT progressed();
}

void BackgroundTask::end(bool job_failed, const QString& message) {
  if (thread_.joinable()) thread_.join();
  take_progress();
  running_ = false;
  if (stop_.stop_requested()) Q_EMIT cancelled();
  else if (job_failed) Q_EMIT failed(message);
  else Q_EMIT done();
  Q_EMIT ended();
}

QString duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return QStringLiteral("–");
  const qint64 whole = std::llround(seconds);
  if (whole < 60) return QObject::tr("%1 s").arg(whole);
  if (whole < 3600) return QObject::tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
  return QObject::tr("%1 h %2 min").arg(whole / 3600).arg((whole % 3600) / 60, 2, 10, QChar('0'));
}

QString position_text(double seconds) {
  seconds = std::max(0.0, seconds);
  const int minutes = static_cast<int>(seconds / 60);
  return QStringLiteral("%1:%2").arg(minutes).arg(seconds - minutes * 60, 4, 'f', 1, QChar('0'));
}

}  // namespace luthier::ui
