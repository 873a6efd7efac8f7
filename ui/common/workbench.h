#pragma once
#include <QObject>
#include <QString>
#include <QStringList>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/session/workspace.h"
#include "db/edit_journal.h"
#include "ui/common/background_task.h"
#include "ui/common/catalog_worker.h"
#include "ui/common/sound.h"
#include "ui/common/sound_player.h"
#include "ui/spectrogram/picture_service.h"

namespace luthier::ui {

/// A sound that was chosen for a slot: a clip of the catalog, or any file.
struct SoundChoice {
  qint64 clip = 0;  ///< 0: a file
  QString path;     ///< of a file; for clips empty
  QString title;
  QString label;
  bool empty() const { return clip == 0 && path.isEmpty(); }
  /// What sessions take: the clip's number in decimal, or the path.
  std::string text() const { return clip != 0 ? std::to_string(clip) : path.toStdString(); }
};

/// What dragged clips carry besides their files: catalog ids in decimal, one a line.
inline constexpr const char* kClipMime = "application/x-luthier-clips";

/// What all pages share: the open workspace with its catalog thread, the player, the stores of sounds and pictures, and the
/// long jobs that run. Lives on the GUI thread; pages speak to each other through its signals only.
class Workbench : public QObject {
  Q_OBJECT
 public:
  explicit Workbench(QObject* parent = nullptr);
  ~Workbench() override;

  bool has_workspace() const { return workspace_.has_value(); }
  const Workspace& workspace() const { return *workspace_; }  ///< only while has_workspace()
  /// Opens, or makes, a workspace on a thread; workspace_opened or an error box follows. Remembered for the next start.
  void open(const QString& folder, bool create);
  void close();
  static QStringList recent_workspaces();

  CatalogWorker* catalog() { return catalog_.get(); }  ///< null without a workspace
  SoundPlayer& player() { return player_; }
  SoundStore& sounds() { return sounds_; }
  PictureService& pictures() { return pictures_; }
  SpectrogramSettings& spectrograms() { return spectrograms_; }

  /// One undo step on the catalog thread, then `done` and catalog_changed on the GUI thread.
  void edit(const QString& title, std::function<void(db::Catalog&)> job, std::function<void()> done = {});
  void undo();
  void redo();
  /// What one types after luthierctl for the change that was made last; empty: none yet. The menu Edit offers it to be copied.
  void note_command(const QStringList& words) { last_command_ = words; }
  const QStringList& last_command() const { return last_command_; }

  /// Starts a long job that the status bar shows with a cancel button. It is deleted after it has ended.
  BackgroundTask* start_task(const QString& title, BackgroundTask::Job job);
  const std::vector<BackgroundTask*>& tasks() const { return tasks_; }

  /// A sentence for the status bar, for some seconds.
  void say(const QString& text) { Q_EMIT said(text); }
  /// The catalog may have changed: lists read again. Many calls close together become one signal.
  void note_catalog_change();
  void set_slot(bool content, const SoundChoice& choice) { Q_EMIT slot_chosen(content, choice); }
  void add_to_comparison(const SoundChoice& choice) { Q_EMIT comparison_added(choice); }
  /// The library's table chooses these clips. With a title ("Chosen on the map: 12 clips") it shows no others, until the user
  /// takes the title away.
  void choose_clips(const std::vector<db::ClipId>& clips, const QString& only = {}) { Q_EMIT clips_chosen(clips, only); }
  /// Loads what a choice names.
  void load(const SoundChoice& choice, QObject* context, SoundStore::Done done, SoundStore::Failed failed);

 Q_SIGNALS:
  void workspace_opened();
  void workspace_closing();
  void workspace_closed();
  void open_failed(const QString& message);
  void catalog_changed();
  void tasks_changed();
  void said(const QString& text);
  void slot_chosen(bool content, const luthier::ui::SoundChoice& choice);
  void comparison_added(const luthier::ui::SoundChoice& choice);
  void clips_chosen(const std::vector<luthier::db::ClipId>& clips, const QString& only);
  void page_requested(const QString& name);
  void run_finished(const QString& run);

 private:
  void take(Workspace workspace);
  void step(bool undo);

  std::optional<Workspace> workspace_;
  QStringList last_command_;
  std::unique_ptr<CatalogWorker> catalog_;
  SoundStore sounds_;
  PictureService pictures_;
  SpectrogramSettings spectrograms_;
  SoundPlayer player_;
  std::vector<BackgroundTask*> tasks_;
  QTimer change_timer_;
  quint64 open_number_ = 0;
};

}  // namespace luthier::ui
