#include "ui/spectrogram/picture_service.h"

#include <QMetaObject>
#include <QSettings>
#include <algorithm>
#include <exception>

#include "ui/spectrogram/colour_map.h"

namespace luthier::ui {
namespace {

constexpr std::size_t kMemory = std::size_t{384} << 20;

std::size_t size_of(const Picture& picture) { return picture.decibels.size() * (sizeof(float) + 1); }

}  // namespace

SpectrogramSettings::SpectrogramSettings(QObject* parent) : QObject(parent) {
  QSettings stored;
  picture_.kind = static_cast<PictureKind>(std::clamp(stored.value("spectrogram/kind", 1).toInt(), 0, 2));
  const int n_fft = stored.value("spectrogram/n_fft", 2048).toInt();
  if (n_fft >= 256 && n_fft <= 16384 && (n_fft & (n_fft - 1)) == 0) picture_.n_fft = n_fft;
  const int hop = stored.value("spectrogram/hop", 0).toInt();
  if (hop >= 0 && hop <= 4096) picture_.hop = hop;
  range_ = std::clamp(stored.value("spectrogram/range", 80.0).toDouble(), 20.0, 120.0);
  colours_ = stored.value("spectrogram/colours", "magma").toString();
  if (!colour_map_names().contains(colours_)) colours_ = "magma";
  follow_ = stored.value("spectrogram/follow", true).toBool();
}

void SpectrogramSettings::set_picture(const PictureSettings& picture) {
  if (picture == picture_) return;
  picture_ = picture;
  QSettings().setValue("spectrogram/kind", static_cast<int>(picture.kind));
  QSettings().setValue("spectrogram/n_fft", picture.n_fft);
  QSettings().setValue("spectrogram/hop", picture.hop);
  Q_EMIT picture_changed();
}

void SpectrogramSettings::set_range(double decibels) {
  range_ = std::clamp(decibels, 20.0, 120.0);
  QSettings().setValue("spectrogram/range", range_);
  Q_EMIT look_changed();
}

void SpectrogramSettings::set_colours(const QString& name) {
  colours_ = name;
  QSettings().setValue("spectrogram/colours", name);
  Q_EMIT look_changed();
}

void SpectrogramSettings::set_follow(bool on) {
  follow_ = on;
  QSettings().setValue("spectrogram/follow", on);
  Q_EMIT look_changed();
}

void SpectrogramSettings::set_harmonics(bool on) {
  harmonics_ = on;
  Q_EMIT look_changed();
}

PictureService::PictureService(QObject* parent) : QObject(parent) { pool_.setMaxThreadCount(2); }

PictureService::~PictureService() {
  pool_.clear();
  pool_.waitForDone();
}

void PictureService::request(const SoundPtr& sound, const PictureSettings& settings, QObject* context, Done done,
                             Failed failed) {
  const QString key = sound->key + "|" + settings.text();
  for (auto at = recent_.begin(); at != recent_.end(); ++at) {
    if ((*at)->key != key) continue;
    recent_.splice(recent_.begin(), recent_, at);
    done(recent_.front());
    return;
  }
  auto& waiters = waiting_[key];
  waiters.push_back({context, std::move(done), std::move(failed)});
  if (waiters.size() > 1) return;
  pool_.start([this, key, sound, settings] {
    PicturePtr picture;
    QString message;
    try {
      picture = make_picture(*sound, settings);
    } catch (const std::exception& error) {
      message = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(this, [this, key, picture, message] { finish(key, picture, message); }, Qt::QueuedConnection);
  });
}

void PictureService::finish(const QString& key, const PicturePtr& picture, const QString& message) {
  if (picture) {
    recent_.push_front(picture);
    bytes_ += size_of(*picture);
    while (bytes_ > kMemory && recent_.size() > 1) {
      bytes_ -= size_of(*recent_.back());
      recent_.pop_back();
    }
  }
  const auto waiters = waiting_.take(key);
  for (const auto& waiter : waiters) {
    if (!waiter.context) continue;
    if (picture) waiter.done(picture);
    else if (waiter.failed) waiter.failed(message);
  }
}

}  // namespace luthier::ui
