#include "ui/window/recorded_sounds.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <algorithm>

#include "db/clip_store.h"

namespace luthier::ui {
namespace {

/// A sound as a record names it; what is unknown is empty.
struct Named {
  QString title, path, beside;
  qint64 clip = 0;
  QString hash;  ///< of its samples
};

std::vector<Named> of_comparison(const QJsonObject& record) {
  std::vector<Named> all;
  const QJsonArray sounds = record.value("sounds").toArray(), files = record.value("files").toArray();
  for (qsizetype i = 0; i < sounds.size(); ++i) {
    const QJsonObject sound = sounds[i].toObject();
    Named named{sound.value("title").toString(), {}, sound.value("file").toString(), 0, sound.value("sha256").toString()};
    // The window writes "clip 12" or a path; luthierctl what it was given: a number or a path.
    QString place = record.value(QStringLiteral("sound.%1").arg(i + 1)).toString(files.at(i).toString());
    if (place.startsWith("clip ")) place = place.mid(5);
    bool number = false;
    named.clip = place.toLongLong(&number);
    if (!number) named.path = place;
    if (place.isEmpty()) {  // the log of a listening test
      named.clip = sound.value("clip").toInteger();
      named.path = sound.value("path").toString();
    }
    all.push_back(named);
  }
  return all;
}

std::vector<Named> of_view(const QJsonObject& record) {
  std::vector<Named> all;
  for (const QJsonValue& value : record.value("lanes").toArray()) {
    const QJsonObject lane = value.toObject();
    const Named named{lane.value("sound").toString(), lane.value("file").toString(), {}, lane.value("clip").toInteger(), lane.value("sha256").toString()};
    const bool known = std::any_of(all.begin(), all.end(), [&](const Named& n) { return n.clip == named.clip && n.path == named.path; });
    if (!known && (named.clip != 0 || !named.path.isEmpty())) all.push_back(named);
  }
  return all;
}

SoundChoice find(db::Catalog& catalog, const Named& named, const QDir& folder) {
  if (named.clip != 0) {
    const auto view = catalog.clips().view(db::ClipId{named.clip});
    const QString name = view ? QString::fromStdString(view->name) : QString();
    if (view && (named.title.isEmpty() || named.title == name)) return {named.clip, {}, name, QString::fromStdString(view->label)};
  }
  if (!named.hash.isEmpty()) {  // the same samples under another number, or in another workspace
    const auto same = catalog.clips().find_by_sha256(named.hash.toStdString());
    const auto view = same.empty() ? std::nullopt : catalog.clips().view(same.front());
    if (view) return {view->clip.id.value, {}, QString::fromStdString(view->name), QString::fromStdString(view->label)};
  }
  for (const QString& file : {named.path, named.beside.isEmpty() ? QString() : folder.filePath(named.beside)}) {
    if (!file.isEmpty() && QFileInfo(file).isFile()) return {0, QFileInfo(file).absoluteFilePath(), named.title.isEmpty() ? QFileInfo(file).fileName() : named.title, {}};
  }
  return {};
}

}  // namespace

void find_recorded_sounds(Workbench& bench, QObject* context, const QString& path, const QJsonObject& record, std::function<void(const RecordedSounds&)> done) {
  if (!bench.catalog()) return;
  const bool view = record.value("kind").toString() == "spectrogram_view";
  const QDir folder(QFileInfo(path).isDir() ? path : QFileInfo(path).absolutePath());
  bench.catalog()->run(
      context,
      [wanted = view ? of_view(record) : of_comparison(record), record, folder](db::Catalog& catalog) {
        RecordedSounds found;
        QStringList titles;
        for (const Named& named : wanted) {
          const SoundChoice choice = find(catalog, named, folder);
          const QString title = !named.title.isEmpty() ? named.title : named.clip != 0 ? QObject::tr("clip %1").arg(named.clip) : named.path;
          if (choice.empty()) {
            found.missing << title;
            continue;
          }
          found.sounds.push_back(choice);
          titles << title;
        }
        const auto place = [&titles](const QString& title) {
          const qsizetype at = titles.indexOf(title);
          return at < 0 ? std::optional<std::size_t>() : std::optional<std::size_t>(at);
        };
        const qsizetype truth = record.value("truth").toInt() - 1;
        if (truth >= 0 && found.missing.isEmpty() && truth < titles.size()) found.truth = static_cast<std::size_t>(truth);
        else found.truth = place(record.value("figures").toArray().at(0).toObject().value("against").toString());
        const QStringList both = record.value("difference").toObject().value("of").toString().split(QStringLiteral(" − "));
        const auto first = place(both.value(0)), second = place(both.value(1));
        if (first && second) found.difference = {*first, *second};
        return found;
      },
      [done = std::move(done)](const RecordedSounds& found) { done(found); });
}

}  // namespace luthier::ui
