#include "ui/map/thumbnails.h"

#include <QMetaObject>
#include <algorithm>
#include <exception>

#include "audio/analysis/mel_filterbank.h"
#include "audio/analysis/stft.h"
#include "core/session/clip_sound.h"
#include "ui/spectrogram/colour_map.h"
#include "ui/spectrogram/picture_service.h"

namespace luthier::ui {
namespace {

constexpr int kFft = 1024;
constexpr int kKept = 4000;  ///< pictures, some 40 kB each

QImage make_thumbnail(const Workspace& workspace, const db::ClipView& clip, double range, const QString& colours) {
  const audio::AudioBuffer sound = read_clip(workspace, clip);
  const auto mono = sound.mono();
  const int hop = std::max(32, static_cast<int>(mono.size() / Thumbnails::kWidth) + 1);
  const audio::MelFilterbank bank({.sample_rate = sound.sample_rate, .n_fft = kFft, .bands = Thumbnails::kHeight});
  const auto db = audio::power_to_db(audio::mel_spectrogram(mono, {.n_fft = kFft, .hop = hop}, bank), {.top_db = 0});
  float loudest = -1e9f;
  for (const float value : db.values) loudest = std::max(loudest, value);
  const ColourTable& table = colour_table(colours);
  QImage image(db.frames, db.bands, QImage::Format_RGBA8888);
  for (int band = 0; band < db.bands; ++band) {
    auto* row = reinterpret_cast<std::uint32_t*>(image.scanLine(db.bands - 1 - band));
    for (int frame = 0; frame < db.frames; ++frame) {
      const double below = db.values[static_cast<std::size_t>(band) * static_cast<std::size_t>(db.frames) + static_cast<std::size_t>(frame)] - loudest;
      row[frame] = table[static_cast<std::size_t>(std::clamp(1 + below / range, 0.0, 1.0) * 255 + 0.5)];
    }
  }
  return image.convertToFormat(QImage::Format_RGB32);
}

}  // namespace

Thumbnails::Thumbnails(SpectrogramSettings& settings, QObject* parent) : QObject(parent), settings_(settings), pictures_(kKept) {
  pool_.setMaxThreadCount(2);
  connect(&settings_, &SpectrogramSettings::look_changed, this, [this] {
    drop_waiting();
    pictures_.clear();
    Q_EMIT all_changed();
  });
}

Thumbnails::~Thumbnails() {
  pool_.clear();
  pool_.waitForDone();
}

void Thumbnails::drop_waiting() {
  pool_.clear();
  waiting_.clear();
  ++generation_;
}

QImage Thumbnails::of(const Workspace& workspace, const db::ClipView& clip) {
  const QString key = QStringLiteral("%1:%2:%3").arg(clip.clip.id.value).arg(clip.clip.start_frame).arg(QString::fromStdString(clip.clip.sha256));
  if (const QImage* known = pictures_.object(key)) return *known;
  if (clip.missing || unreadable_.contains(key) || waiting_.contains(key)) return {};
  waiting_.insert(key, clip.clip.id.value);
  pool_.start(
      [this, workspace, clip, key, generation = generation_, range = settings_.range(), colours = settings_.colours()] {
        QImage image;
        try {
          image = make_thumbnail(workspace, clip, range, colours);
        } catch (const std::exception&) {
          // The table of the library says what is wrong with the file.
        }
        QMetaObject::invokeMethod(
            this,
            [this, key, image, generation] {
              if (generation != generation_) return;
              const qint64 id = waiting_.take(key);
              if (image.isNull()) unreadable_.insert(key);
              else pictures_.insert(key, new QImage(image));
              Q_EMIT ready(id);
            },
            Qt::QueuedConnection);
      },
      ++asked_);
  return {};
}

}  // namespace luthier::ui
