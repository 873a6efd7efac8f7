#include "ui/compare/listening_test.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QMetaObject>
#include <QPointer>
#include <QSaveFile>

namespace luthier::ui {

SoundPtr blind_copy(const SoundPtr& sound, const QString& key, const QString& title) {
  auto copy = std::make_shared<Sound>(*sound);
  copy->key = key;
  copy->title = title;
  copy->label.clear();
  copy->path.clear();
  copy->clip = 0;
  return copy;
}

ListeningLog::ListeningLog(Workbench& bench, const QString& kind) : bench_(bench) {
  writer_.setMaxThreadCount(1);
  if (!bench.has_workspace()) return;
  const QString name = QDateTime::currentDateTimeUtc().toString("yyyyMMdd'T'hhmmsszzz'Z'") + "-" + kind + ".json";
  file_ = QString::fromStdString((bench.workspace().exports() / name.toStdString()).string());
}

ListeningLog::~ListeningLog() { writer_.waitForDone(); }

void ListeningLog::write(const QJsonObject& all) {
  if (file_.isEmpty()) return;
  writer_.start([path = file_, text = QJsonDocument(all).toJson(), bench = QPointer<Workbench>(&bench_)] {
    QDir().mkpath(QFileInfo(path).absolutePath());
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit()) return;
    QMetaObject::invokeMethod(
        qApp, [bench, path] { if (bench) bench->say(QObject::tr("The log of the listening test cannot be written to %1.").arg(path)); }, Qt::QueuedConnection);
  });
}

}  // namespace luthier::ui
