#pragma once
#include <QObject>
#include <QString>
#include <QThreadPool>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "audio/audio_buffer.h"
#include "audio/peaks.h"
#include "core/session/workspace.h"
#include "db/rows.h"

namespace luthier::ui {

/// A sound as the window uses it: samples, the mono mix that pictures are made of, and peaks for drawing. Immutable.
struct Sound {
  QString key;    ///< names the content: "clip:12:<sha>", "file:/path", "result:7"; equal keys mean equal samples
  QString title;  ///< for people
  QString label;  ///< instrument, or empty
  qint64 clip = 0;  ///< catalog id, 0 for others
  QString path;   ///< file it came from, or empty
  audio::AudioBuffer buffer;
  std::vector<float> mono;
  audio::PeakPyramid peaks;
  double seconds() const { return buffer.seconds(); }
};
using SoundPtr = std::shared_ptr<const Sound>;

/// Fills in mono and peaks. Any thread; not the GUI's for long sounds.
SoundPtr make_sound(QString key, QString title, audio::AudioBuffer buffer, QString path = {});
/// The clip's own stretch of its recording, with its trailing zeros. Throws audio::AudioError. Not on the GUI thread.
SoundPtr load_clip(const Workspace& workspace, const db::ClipView& view);
SoundPtr load_file(const QString& path);

/// Loads sounds on two threads of its own and keeps the latest 512 MB of them. Lives on the GUI thread.
class SoundStore : public QObject {
  Q_OBJECT
 public:
  using Done = std::function<void(SoundPtr)>;
  using Failed = std::function<void(const QString&)>;

  explicit SoundStore(QObject* parent = nullptr);
  ~SoundStore() override;
  /// `done` or `failed` is called on the GUI thread later, or at once for a sound that is in memory; not at all when
  /// `context` is gone.
  void clip(const Workspace& workspace, const db::ClipView& view, QObject* context, Done done, Failed failed);
  void file(const QString& path, QObject* context, Done done, Failed failed);
  void clear();

 private:
  void load(const QString& key, std::function<SoundPtr()> job, QObject* context, Done done, Failed failed);
  void remember(const SoundPtr& sound);

  QThreadPool pool_;
  std::list<SoundPtr> recent_;  ///< newest first
  std::size_t bytes_ = 0;
};

}  // namespace luthier::ui
