#pragma once
#include <QCache>
#include <QHash>
#include <QImage>
#include <QObject>
#include <QSet>
#include <QThreadPool>

#include "core/session/workspace.h"
#include "db/rows.h"

namespace luthier::ui {

class SpectrogramSettings;

/// Small spectrograms of clips (mel, 64 bands from the bottom up), made on two threads of its own; those asked for last come
/// first. Colours and range are those of all spectrograms. GUI thread.
class Thumbnails : public QObject {
  Q_OBJECT
 public:
  static constexpr int kWidth = 160, kHeight = 64;
  explicit Thumbnails(SpectrogramSettings& settings, QObject* parent = nullptr);
  ~Thumbnails() override;
  /// The picture if it is there; else a null one, and `ready` comes later. A clip that cannot be read never gets one.
  QImage of(const Workspace& workspace, const db::ClipView& clip);
  /// Forgets what waits: the list shows something else now.
  void drop_waiting();

 Q_SIGNALS:
  void ready(qint64 clip);
  void all_changed();  ///< other colours: everything is to be asked for again

 private:
  SpectrogramSettings& settings_;
  QThreadPool pool_;
  QCache<QString, QImage> pictures_;
  QHash<QString, qint64> waiting_;
  QSet<QString> unreadable_;
  int asked_ = 0;
  quint64 generation_ = 0;
};

}  // namespace luthier::ui
