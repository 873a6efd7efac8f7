#include "ui/common/sound.h"

#include <QDateTime>
#include <QFileInfo>
#include <QMetaObject>
#include <QPointer>
#include <exception>

#include "audio/reader.h"

namespace luthier::ui {
namespace {

constexpr std::size_t kMemory = std::size_t{512} << 20;

std::size_t size_of(const Sound& sound) {
  return (sound.buffer.length() * sound.buffer.channels.size() + sound.mono.size()) * sizeof(float);
}

QString clip_key(const db::ClipView& view) {
  return QStringLiteral("clip:%1:%2:%3")
      .arg(view.clip.id.value)
      .arg(view.clip.start_frame)
      .arg(QString::fromStdString(view.clip.sha256));
}

QString file_key(const QString& path) {
  const QFileInfo info(path);
  return QStringLiteral("file:%1:%2:%3")
      .arg(info.absoluteFilePath())
      .arg(info.size())
      .arg(info.lastModified().toMSecsSinceEpoch());
}

}  // namespace

SoundPtr make_sound(QString key, QString title, audio::AudioBuffer buffer, QString path) {
  auto sound = std::make_shared<Sound>();
  sound->key = std::move(key);
  sound->title = std::move(title);
  sound->path = std::move(path);
  sound->buffer = std::move(buffer);
  sound->mono = sound->buffer.mono();
  sound->peaks = audio::PeakPyramid(sound->mono);
  return sound;
}

SoundPtr load_clip(const Workspace& workspace, const db::ClipView& view) {
  const auto path = workspace.resolve(view.path);
  audio::AudioBuffer buffer = audio::read_audio(path, view.clip.start_frame, view.clip.frame_count);
  for (auto& channel : buffer.channels) channel.resize(channel.size() + static_cast<std::size_t>(view.clip.pad_frames));
  auto sound = make_sound(clip_key(view), QString::fromStdString(view.name), std::move(buffer),
                          QString::fromStdString(path.string()));
  auto named = std::make_shared<Sound>(*sound);
  named->label = QString::fromStdString(view.label);
  named->clip = view.clip.id.value;
  return named;
}

SoundPtr load_file(const QString& path) {
  return make_sound(file_key(path), QFileInfo(path).fileName(), audio::read_audio(path.toStdString()), path);
}

SoundStore::SoundStore(QObject* parent) : QObject(parent) { pool_.setMaxThreadCount(2); }

SoundStore::~SoundStore() {
  pool_.clear();
  pool_.waitForDone();
}

void SoundStore::clip(const Workspace& workspace, const db::ClipView& view, QObject* context, Done done, Failed failed) {
  load(clip_key(view), [workspace, view] { return load_clip(workspace, view); }, context, std::move(done), std::move(failed));
}

void SoundStore::file(const QString& path, QObject* context, Done done, Failed failed) {
  load(file_key(path), [path] { return load_file(path); }, context, std::move(done), std::move(failed));
}

void SoundStore::clear() {
  recent_.clear();
  bytes_ = 0;
}

void SoundStore::load(const QString& key, std::function<SoundPtr()> job, QObject* context, Done done, Failed failed) {
  for (auto at = recent_.begin(); at != recent_.end(); ++at) {
    if ((*at)->key != key) continue;
    recent_.splice(recent_.begin(), recent_, at);
    done(recent_.front());
    return;
  }
  QPointer<QObject> alive(context);
  pool_.start([this, alive, job = std::move(job), done = std::move(done), failed = std::move(failed)] {
    SoundPtr sound;
    QString message;
    try {
      sound = job();
    } catch (const std::exception& error) {
      message = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        this,
        [this, alive, sound, message, done, failed] {
          if (sound) remember(sound);
          if (!alive) return;
          if (sound) done(sound);
          else if (failed) failed(message);
        },
        Qt::QueuedConnection);
  });
}

void SoundStore::remember(const SoundPtr& sound) {
  recent_.push_front(sound);
  bytes_ += size_of(*sound);
  while (bytes_ > kMemory && recent_.size() > 1) {
    bytes_ -= size_of(*recent_.back());
    recent_.pop_back();
  }
}

}  // namespace luthier::ui
