#include "ui/window/file_content.h"

#include <QFile>
#include <QFileInfo>
#include <QImageReader>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QStringList>

#include "core/session/carried_record.h"
#include "core/session/evaluation_files.h"
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

}  // namespace

FileContent look_into(const QString& path) {
  using Kind = FileContent::Kind;
  const QFileInfo info(path);
  const std::string place = path.toStdString();
  const QString ending = info.suffix().toLower();
  try {
    if (info.isDir() && Workspace::is_workspace(place)) return {Kind::workspace, {}};
    if (!info.isDir() && is_weight_file(path)) return {Kind::weights, {}};
    if (ending == "csv" || ending == "txt") return {is_pair_table(path) ? Kind::pairs : Kind::other, {}};
    if (info.isDir() && !QFileInfo::exists(path + "/record.json")) return {};
    QByteArray text = QByteArray::fromStdString(carried_record(info.isDir() ? place + "/record.json" : place));
    if (text.isEmpty() && ending == "pdf") text = attached_record(path);
    if (text.isEmpty() && ending == "png") text = QImageReader(path).text("Comment").toUtf8();  // Qt compresses a long one
    const QJsonObject record = QJsonDocument::fromJson(text).object();
    if (record.contains("kind")) return {Kind::record, record};
    if (ending == "json" && holds_evaluations(path)) return {Kind::evaluation, {}};
  } catch (const std::exception&) {
    // what cannot be read says so where it is imported
  }
  return {};
}

}  // namespace luthier::ui
