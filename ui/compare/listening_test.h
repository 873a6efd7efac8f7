#pragma once
#include <QJsonArray>
#include <QJsonObject>
#include <QThreadPool>
#include <memory>
#include <vector>

#include "ui/common/workbench.h"

namespace luthier::ui {

/// The same samples under another name, so that neither the player bar nor a file name tells what is heard.
SoundPtr blind_copy(const SoundPtr& sound, const QString& key, const QString& title);

/// What a log says of a sound, so that it is found again: title, label, clip, path, SHA-256 of its samples (as the catalog has it),
/// duration, and the record that its file carries, where it was made here. Reads a file; not on the GUI thread.
QJsonObject described(const Sound& sound);

/// The log of one listening test: exports/<utc>-<kind>.json in the workspace, written anew after every answer on a thread of its
/// own, so that a test that is broken off loses nothing. GUI thread.
class ListeningLog {
 public:
  ListeningLog(Workbench& bench, const QString& kind);
  ~ListeningLog();
  const QString& file() const { return file_; }  ///< empty without a workspace: nothing is written
  /// Who takes part, in the order in which the log names them. Described on the log's thread.
  void set_sounds(std::vector<SoundPtr> sounds);
  /// Adds kind, time and program, and to the n-th entry of `sounds` (made where it is missing) what is known of that sound.
  void write(const QJsonObject& all);

 private:
  Workbench& bench_;
  QString file_;
  std::shared_ptr<QJsonArray> sounds_ = std::make_shared<QJsonArray>();  ///< the writer's alone
  QThreadPool writer_;  ///< one thread: the newest log is written last
};

}  // namespace luthier::ui
