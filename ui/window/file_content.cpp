#include "ui/window/file_content.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImageReader>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QStringList>
#include <algorithm>

#include "audio/reader.h"
#include "core/session/carried_record.h"
#include "core/session/evaluation_files.h"
#include "core/session/sound_files.h"
#include "core/session/sound_table.h"
#include "core/session/workspace.h"
#include "ui/transfer/model_files.h"

namespace luthier::ui {
namespace {

constexpr qint64 kLargestPage = 64 << 20;  ///< bytes of a PDF that are searched

bool is_pair_table(const QString& path) {
  static const QRegularExpression line(R"(^[^,]+,\s*\d+\s*,[^,]+,\s*\d+\s*(,[^,]+,\s*\d+\s*)?$)");
  QFile file(path);
  return file.open(QIODevice::ReadOnly | QIODevice::Text) && line.match(QString::fromUtf8(file.readLine(4096)).trimmed()).hasMatch();
}

/// A view's PDF has its record as an attached file, which Qt compresses.
QByteArray attached_record(const QString& path) {
  QFile file(path);
  if (file.size() > kLargestPage || !file.open(QIODevice::ReadOnly)) return {};
  const QByteArray bytes = file.readAll(), open = "stream\n", close = "\nendstream";
  if (!bytes.contains("record.json")) return {};
  for (qsizetype begin = bytes.indexOf(open); begin >= 0; begin = bytes.indexOf(open, begin + 1)) {
    const qsizetype start = begin + open.size(), end = bytes.indexOf(close, start);
    if (end < 0) return {};
    const QByteArray stream = bytes.mid(start, end - start);
    if (stream.startsWith('{')) return stream;
    if (!stream.startsWith('x')) continue;  // no zlib stream
    const QByteArray text = qUncompress(QByteArray::fromHex("00010000") + stream);  // a first guess of the length comes before it
    if (text.startsWith("{\"")) return text;
  }
  return {};
}

bool holds_evaluations(const QString& path) {
  try {
    return !read_evaluations(path.toStdString()).empty();
  } catch (const std::exception&) {
    return false;
  }
}

/// Of what is not known: whether an import has anything to read in it.
QString problem_of(const QFileInfo& info) {
  const std::filesystem::path place = info.filePath().toStdString();
  const bool table = SoundTables::is_table(place) || SoundTables::is_shard(place);
  const QStringList inside = info.isDir() ? QDir(info.filePath()).entryList(QDir::Files) : QStringList();
  if (std::any_of(inside.begin(), inside.end(), [](const QString& name) { return SoundTables::is_table(name.toStdString()) || SoundTables::is_shard(name.toStdString()); })) return {};
  try {
    if (info.isDir()) find_sound_files({place});
    else if (!table || info.size() == 0) audio::probe(place);
  } catch (const std::exception& error) {
    static const QStringList results{"json", "html", "htm", "png", "svg", "pdf"};
    if (info.size() > 0 && results.contains(info.suffix().toLower()))
      return QCoreApplication::translate("FileContent", "'%1' carries no record of Luthier, so nothing can be brought back from it.").arg(info.fileName());
    QString why = QString::fromUtf8(error.what());
    return why.replace(0, 1, why.left(1).toUpper());
  }
  return {};
}

}  // namespace

QString folder_of_catalog(const QString& path) {
  const QFileInfo info(path);
  return info.fileName() == "luthier.sqlite" && Workspace::is_workspace(info.path().toStdString()) ? info.absolutePath() : path;
}

FileContent look_into(const QString& path) {
  using Kind = FileContent::Kind;
  const QFileInfo info(path);
  const std::string place = path.toStdString();
  const QString ending = info.suffix().toLower();
  try {
    if (!info.isDir() && info.size() == 0) return {Kind::other, {}, problem_of(info)};
    if (info.isDir() && Workspace::is_workspace(place)) return {Kind::workspace, {}};
    if (!info.isDir() && is_weight_file(path)) return {Kind::weights, {}};
    if ((ending == "csv" || ending == "txt") && is_pair_table(path)) return {Kind::pairs, {}};
    if (info.isDir() && !QFileInfo::exists(path + "/record.json")) return {Kind::other, {}, problem_of(info)};
    QByteArray text = QByteArray::fromStdString(carried_record(info.isDir() ? place + "/record.json" : place));
    if (text.isEmpty() && ending == "pdf") text = attached_record(path);
    if (text.isEmpty() && ending == "png") text = QImageReader(path).text("Comment").toUtf8();  // Qt compresses a long one
    const QJsonObject record = QJsonDocument::fromJson(text).object();
    if (record.contains("kind")) return {Kind::record, record};
    if (ending == "json" && holds_evaluations(path)) return {Kind::evaluation, {}};
  } catch (const std::exception&) {
    // what cannot be read is no record
  }
  return {Kind::other, {}, problem_of(info)};
}

}  // namespace luthier::ui
