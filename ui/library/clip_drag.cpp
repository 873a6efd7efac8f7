#include "ui/library/clip_drag.h"

#include <QDateTime>
#include <QDir>
#include <QDirIterator>
#include <QStandardPaths>
#include <QThreadPool>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "audio/writer.h"
#include "core/session/clip_sound.h"
#include "core/session/sound_files.h"
#include "core/session/version.h"
#include "db/clip_store.h"
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

}  // namespace

/// Between the window and the thread that writes.
struct ClipDrag::Batch {
  std::mutex mutex;
  std::condition_variable changed;
  QList<QUrl> files;
  bool done = false;
  std::stop_source stop;
};

namespace {

/// The file of one clip; nothing where it cannot be read, which the table marks, or where too many were written.
std::optional<QUrl> file_of(const Workspace& workspace, const db::ClipView& clip, const QString& folder, int& written) {
  try {
    if (is_whole(clip)) {
      if (clip.missing) return std::nullopt;
      return QUrl::fromLocalFile(QString::fromStdString(workspace.resolve(clip.path).string()));
    }
    if (written == ClipDrag::kMostWritten) return std::nullopt;
    const QString file = folder + "/" + file_name(clip);
    audio::write_audio(file.toStdString(), read_clip(workspace, clip), audio::FileFormat::wav_float,
                       {{"comment", version_text() + ", clip " + std::to_string(clip.clip.id.value) + ", SHA-256 " + clip.clip.sha256}});
    ++written;
    return QUrl::fromLocalFile(file);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

/// Calls `take` for each clip that is still there, a page at a time.
void look_up(const Workspace& workspace, const std::vector<db::ClipId>& ids, const std::stop_token& stop, const std::function<void(const db::ClipView&)>& take) {
  constexpr std::size_t kPage = 256;
  const auto catalog = workspace.open_catalog();
  for (std::size_t first = 0; first < ids.size() && !stop.stop_requested(); first += kPage) {
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first), end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(first + kPage, ids.size()));
    for (const db::ClipView& view : catalog->clips().views({begin, end})) {
      if (stop.stop_requested()) return;
      take(view);
    }
  }
}

}  // namespace

ClipDrag::ClipDrag(const Workspace& workspace, std::vector<db::ClipId> ids) : ids_(std::move(ids)), batch_(std::make_shared<Batch>()) {
  QThreadPool::globalInstance()->start([workspace, ids = ids_, batch = batch_, folder = drag_folder()] {
    try {
      QDir().mkpath(folder);
      forget_old(folder);
      int written = 0;
      look_up(workspace, ids, batch->stop.get_token(), [&](const db::ClipView& clip) {
        const auto file = file_of(workspace, clip, folder, written);
        const std::lock_guard lock(batch->mutex);
        if (file) batch->files << *file;
      });
    } catch (const std::exception&) {
      // without its catalog a workspace has no files to give; the shortfall is told
    }
    const std::lock_guard lock(batch->mutex);
    batch->done = true;
    batch->changed.notify_all();
  });
}

ClipDrag::~ClipDrag() { batch_->stop.request_stop(); }

QStringList ClipDrag::formats() const { return {kClipMime, kFiles}; }

QVariant ClipDrag::retrieveData(const QString& type, QMetaType) const {
  if (type == QLatin1String(kClipMime)) {
    QStringList lines;
    for (const db::ClipId id : ids_) lines << QString::number(id.value);
    return lines.join('\n').toUtf8();
  }
  if (type != QLatin1String(kFiles)) return {};
  QVariantList urls;
  {
    std::unique_lock lock(batch_->mutex);
    batch_->changed.wait_for(lock, std::chrono::milliseconds(kLongestWait), [this] { return batch_->done; });
    for (const QUrl& url : batch_->files) urls << url;
  }
  const auto files = static_cast<int>(urls.size()), clips = static_cast<int>(ids_.size());
  if (files < clips && !std::exchange(told_, true)) Q_EMIT const_cast<ClipDrag*>(this)->fell_short(files, clips);
  return urls;
}

}  // namespace luthier::ui
