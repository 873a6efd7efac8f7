#pragma once
#include <QJsonObject>
#include <QThreadPool>

#include "ui/common/workbench.h"

namespace luthier::ui {

/// The same samples under another name, so that neither the player bar nor a file name tells what is heard.
SoundPtr blind_copy(const SoundPtr& sound, const QString& key, const QString& title);

/// The log of one listening test: exports/<utc>-<kind>.json in the workspace, written anew after every answer on a thread of its
/// own, so that a test that is broken off loses nothing. GUI thread.
class ListeningLog {
 public:
  ListeningLog(Workbench& bench, const QString& kind);
  ~ListeningLog();
  const QString& file() const { return file_; }  ///< empty without a workspace: nothing is written
  void write(const QJsonObject& all);

 private:
  Workbench& bench_;
  QString file_;
  QThreadPool writer_;  ///< one thread: the newest log is written last
};

}  // namespace luthier::ui
