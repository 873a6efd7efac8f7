#include "ui/spectrogram/model_eye.h"

#include <QCoreApplication>
#include <QLocale>
#include <QMetaObject>
#include <exception>

#include "core/session/model_view.h"
#include "core/session/training_session.h"

namespace luthier::ui {
namespace {

constexpr std::size_t kMemory = std::size_t{64} << 20;

std::size_t size_of(const ModelSight& sight) {
  return sight.picture->decibels.size() * 5 + (sight.inverted ? sight.inverted->mono.size() * 8 : 0);
}

ModelSight look(const QString& key, const std::string& workspace, const std::string& run, const Sound& sound, std::stop_token stop) {
  ModelView view = view_as_model(workspace, run, sound.buffer, true, stop);
  ModelSight sight;
  sight.key = key;
  const PictureAxis axis{view.mel ? PictureKind::mel : PictureKind::linear, view.bins, view.sample_rate, view.n_fft};
  sight.picture = picture_from_levels(key, std::move(view.decibels), axis, view.frames, view.seconds_per_frame);
  sight.inverted = make_sound("inverted:" + key, sound.title, std::move(view.inverted));
  sight.words = QObject::tr("%1, %2 bands, %3 Hz (%4)")
                    .arg(QString::fromStdString(view.kind)).arg(view.bins).arg(QLocale().toString(view.sample_rate))
                    .arg(run.empty() ? QObject::tr("shipped weights") : QString::fromStdString(run));
  return sight;
}

}  // namespace

ModelEye::ModelEye(QObject* parent) : QObject(parent) { pool_.setMaxThreadCount(1); }

ModelEye::~ModelEye() {
  stop_.request_stop();
  pool_.clear();
  pool_.waitForDone();
}

void ModelEye::set_workspace(const QString& folder) {
  workspace_ = folder;
  run_.clear();
  recent_.clear();
  Q_EMIT changed();
}

void ModelEye::set_run(const QString& run) {
  if (run == run_) return;
  run_ = run;
  Q_EMIT changed();
}

void ModelEye::list_runs(QObject* context, std::function<void(const QStringList&)> done) {
  if (workspace_.isEmpty()) {
    done({});
    return;
  }
  QPointer<QObject> alive(context);
  QThreadPool::globalInstance()->start([alive, done = std::move(done), folder = workspace_.toStdString()] {
    QStringList runs;
    try {
      for (const RunSummary& run : luthier::list_runs(folder)) {
        if (!run.best_checkpoint.empty() || !run.latest_checkpoint.empty()) runs << QString::fromStdString(run.id);
      }
    } catch (const std::exception&) {
      // a workspace that has gone has no runs
    }
    QMetaObject::invokeMethod(
        qApp, [alive, done, runs] { if (alive) done(runs); }, Qt::QueuedConnection);
  });
}

void ModelEye::request(const SoundPtr& sound, QObject* context, Done done, Failed failed) {
  const QString key = run_ + "|" + sound->key;
  for (auto at = recent_.begin(); at != recent_.end(); ++at) {
    if (at->key != key) continue;
    recent_.splice(recent_.begin(), recent_, at);
    done(recent_.front());
    return;
  }
  QPointer<QObject> alive(context);
  const std::string workspace = workspace_.toStdString(), run = run_.toStdString();
  pool_.start([this, alive, key, sound, workspace, run, stop = stop_.get_token(), done = std::move(done), failed = std::move(failed)] {
    ModelSight sight;
    QString message;
    try {
      sight = look(key, workspace, run, *sound, stop);
    } catch (const std::exception& error) {
      message = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        this,
        [this, alive, sight, message, done, failed] {
          if (message.isEmpty()) remember(sight);
          if (!alive) return;
          if (message.isEmpty()) done(sight);
          else if (failed) failed(message);
        },
        Qt::QueuedConnection);
  });
}

void ModelEye::remember(const ModelSight& sight) {
  recent_.push_front(sight);
  std::size_t bytes = 0;
  for (auto at = recent_.begin(); at != recent_.end(); ++at) {
    bytes += size_of(*at);
    if (bytes > kMemory && at != recent_.begin()) {
      recent_.erase(at, recent_.end());
      return;
    }
  }
}

}  // namespace luthier::ui
