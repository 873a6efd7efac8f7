#include "ui/library/clip_drag.h"

#include <QDateTime>
#include <QDir>
#include <QDirIterator>
#include <QStandardPaths>
#include <cmath>
#include <exception>

#include "audio/writer.h"
#include "core/session/clip_sound.h"
#include "core/session/sound_files.h"
#include "core/session/version.h"
#include "ui/common/workbench.h"

namespace luthier::ui {
namespace {

constexpr const char* kFiles = "text/uri-list";

QString drag_folder() { return QStandardPaths::writableLocation(QStandardPaths::CacheLocation) + "/dragged"; }

/// Files of earlier drags: nobody reads them after a day.
void forget_old(const QString& folder) {
  const QDateTime limit = QDateTime::currentDateTime().addDays(-1);
  for (QDirIterator it(folder, QDir::Files); it.hasNext();) {
    const QString file = it.next();
    if (it.fileInfo().lastModified() < limit) QFile::remove(file);
  }
}

bool is_whole(const db::ClipView& clip) { return clip.clip.start_frame == 0 && clip.clip.pad_frames == 0 && clip.clip.frame_count == clip.recording_frames; }

/// "take 2_at 3.00 s_clip 17.wav"
QString file_name(const db::ClipView& clip) {
  const std::filesystem::path name = safe_file_name(clip.name);
  const double start = clip.sample_rate > 0 ? static_cast<double>(clip.clip.start_frame) / clip.sample_rate : 0;
  return QString::fromStdString(name.stem().string()) + QStringLiteral("_%1s_clip%2.wav").arg(start, 0, 'f', 2).arg(clip.clip.id.value);
}

QList<QUrl> write_files(const Workspace& workspace, const std::vector<db::ClipView>& clips, const QString& folder) {
  QList<QUrl> files;
  QDir().mkpath(folder);
  forget_old(folder);
  for (const db::ClipView& clip : clips) {
    try {
      if (is_whole(clip)) {
        if (!clip.missing) files << QUrl::fromLocalFile(QString::fromStdString(workspace.resolve(clip.path).string()));
        continue;
      }
      const QString file = folder + "/" + file_name(clip);
      audio::write_audio(file.toStdString(), read_clip(workspace, clip), audio::FileFormat::wav_float,
                         {{"comment", version_text() + ", clip " + std::to_string(clip.clip.id.value) + ", SHA-256 " + clip.clip.sha256}});
      files << QUrl::fromLocalFile(file);
    } catch (const std::exception&) {
      // A clip whose file cannot be read is left out; the table marks it.
    }
  }
  return files;
}

}  // namespace

ClipDrag::ClipDrag(const Workspace& workspace, const QStringList& ids, std::vector<db::ClipView> clips) : ids_(ids.join('\n').toUtf8()) {
  if (clips.empty() || clips.size() > kMostFiles) return;
  files_ = std::async(std::launch::async, write_files, workspace, std::move(clips), drag_folder()).share();
}

ClipDrag::~ClipDrag() = default;

QStringList ClipDrag::formats() const { return files_.valid() ? QStringList{kClipMime, kFiles} : QStringList{kClipMime}; }

QVariant ClipDrag::retrieveData(const QString& type, QMetaType) const {
  if (type == QLatin1String(kClipMime)) return ids_;
  if (type != QLatin1String(kFiles) || !files_.valid()) return {};
  QVariantList urls;
  for (const QUrl& url : files_.get()) urls << url;
  return urls;
}

}  // namespace luthier::ui
