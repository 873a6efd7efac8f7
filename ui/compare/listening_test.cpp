#include "ui/compare/listening_test.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QMetaObject>
#include <QPointer>
#include <QSaveFile>

#include "core/session/carried_record.h"
#include "core/session/content_hash.h"
#include "core/session/text_file.h"
#include "core/session/version.h"

namespace luthier::ui {
namespace {

QJsonObject record_of(const QString& path) {
  try {
    const QJsonObject record = QJsonDocument::fromJson(QByteArray::fromStdString(carried_record(path.toStdString()))).object();
    return record.contains("kind") ? record : QJsonObject();
  } catch (const std::exception&) {
    return {};  // a file that has gone carries none
  }
}

}  // namespace

SoundPtr blind_copy(const SoundPtr& sound, const QString& key, const QString& title) {
  auto copy = std::make_shared<Sound>(*sound);
  copy->key = key;
  copy->title = title;
  copy->label.clear();
  copy->path.clear();
  copy->clip = 0;
  return copy;
}

QJsonObject described(const Sound& sound) {
  QJsonObject out{{"title", sound.title}, {"duration_s", sound.seconds()}};
  if (!sound.label.isEmpty()) out["label"] = sound.label;
  if (sound.clip != 0) out["clip"] = sound.clip;
  if (!sound.path.isEmpty()) out["path"] = sound.path;
  // A clip's key ends in the hash that the catalog has.
  out["sha256"] = sound.clip != 0 ? sound.key.section(':', -1) : QString::fromStdString(sha256_of_clip(sound.buffer, 0, sound.buffer.length(), 0));
  if (const QJsonObject record = sound.path.isEmpty() ? QJsonObject() : record_of(sound.path); !record.isEmpty()) out["record"] = record;
  return out;
}

ListeningLog::ListeningLog(Workbench& bench, const QString& kind) : bench_(bench) {
  writer_.setMaxThreadCount(1);
  if (!bench.has_workspace()) return;
  const QString name = QDateTime::currentDateTimeUtc().toString("yyyyMMdd'T'hhmmsszzz'Z'") + "-" + kind + ".json";
  file_ = QString::fromStdString((bench.workspace().exports() / name.toStdString()).string());
}

ListeningLog::~ListeningLog() { writer_.waitForDone(); }

void ListeningLog::set_sounds(std::vector<SoundPtr> sounds) {
  if (file_.isEmpty()) return;
  writer_.start([known = sounds_, sounds = std::move(sounds)] {
    *known = {};
    for (const SoundPtr& sound : sounds) known->append(described(*sound));
  });
}

void ListeningLog::write(const QJsonObject& answers) {
  if (file_.isEmpty()) return;
  writer_.start([path = file_, answers, known = sounds_, bench = QPointer<Workbench>(&bench_)] {
    QJsonObject all{{"kind", "listening_test"}, {"made", QString::fromStdString(utc_now())}, {"program", QString::fromStdString(version_text())}};
    for (auto entry = answers.begin(); entry != answers.end(); ++entry) all[entry.key()] = entry.value();
    QJsonArray sounds;
    for (qsizetype i = 0; i < known->size(); ++i) {
      QJsonObject sound = known->at(i).toObject();
      const QJsonObject more = answers.value("sounds").toArray().at(i).toObject();
      for (auto entry = more.begin(); entry != more.end(); ++entry) sound[entry.key()] = entry.value();
      sounds.append(sound);
    }
    all["sounds"] = sounds;
    const QByteArray text = QJsonDocument(all).toJson();
    QDir().mkpath(QFileInfo(path).absolutePath());
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit()) return;
    QMetaObject::invokeMethod(
        qApp, [bench, path] { if (bench) bench->say(QObject::tr("The log of the listening test cannot be written to %1.").arg(path)); }, Qt::QueuedConnection);
  });
}

}  // namespace luthier::ui
