#include "ui/generate/sample_worker.h"

#include <QMetaObject>
#include <utility>

namespace luthier::ui {

SampleWorker::SampleWorker(std::filesystem::path workspace, std::string run, QObject* parent)
    : QObject(parent), workspace_(std::move(workspace)), run_(std::move(run)), shared_(std::make_shared<Shared>()) {
  pool_.setMaxThreadCount(1);
  pool_.start([this] {
    try {
      maker_ = std::make_shared<SampleMaker>(workspace_, run_, "", "", "auto");
      const Schema schema = maker_->settings();
      QMetaObject::invokeMethod(this, [this, schema] { Q_EMIT loaded(schema); }, Qt::QueuedConnection);
    } catch (const std::exception& error) {
      QMetaObject::invokeMethod(this, [this, text = QString::fromUtf8(error.what())] { Q_EMIT failed(text); }, Qt::QueuedConnection);
    }
  });
}

SampleWorker::~SampleWorker() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->wish.reset();
    shared_->stop.request_stop();
  }
  pool_.waitForDone();
}

void SampleWorker::ask(const Config& options, bool sound) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->wish = Wish{options, sound};
    shared_->stop.request_stop();  // what is being made is not wanted any more
    if (std::exchange(shared_->working, true)) return;
  }
  start();
}

void SampleWorker::start() {
  pool_.start([this] {
    for (;;) {
      Wish wish;
      std::stop_token stop;
      {
        const std::lock_guard lock(shared_->mutex);
        if (!shared_->wish || !maker_) {
          shared_->working = false;
          return;
        }
        wish = *std::exchange(shared_->wish, std::nullopt);
        shared_->stop = {};
        stop = shared_->stop.get_token();
      }
      try {
        auto sample = maker_->make(wish.options, false, stop);
        const auto key = QStringLiteral("sample:%1:%2").arg(reinterpret_cast<quintptr>(this)).arg(++number_);
        const auto picture = picture_from_decibels(key, std::move(sample.decibels), sample.bins, sample.frames, sample.seconds, sample.sample_rate);
        QMetaObject::invokeMethod(this, [this, picture] { Q_EMIT pictured(picture); }, Qt::QueuedConnection);
        if (!wish.sound) continue;
        const auto sound = make_sound(key, tr("Made from noise"), maker_->make(wish.options, true, stop).sound);
        QMetaObject::invokeMethod(this, [this, sound] { Q_EMIT sounded(sound); }, Qt::QueuedConnection);
      } catch (const std::exception& error) {
        if (stop.stop_requested()) continue;  // something newer is wanted
        QMetaObject::invokeMethod(this, [this, text = QString::fromUtf8(error.what())] { Q_EMIT failed(text); }, Qt::QueuedConnection);
      }
    }
  });
}

}  // namespace luthier::ui
