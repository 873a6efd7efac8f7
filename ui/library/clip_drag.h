#pragma once
#include <QMimeData>
#include <QUrl>
#include <memory>
#include <vector>

#include "core/session/workspace.h"
#include "db/rows.h"

namespace luthier::ui {

/// What dragged clips carry: their numbers for this program, and files for others. The file is the recording where the clip is all of
/// it; else the clip is written as a 32-bit float WAV of its own into the cache folder. Clips are looked up and written on a thread that
/// starts with the drag and ends with it. Whoever takes the files waits for what is left of that, for some seconds at most. GUI thread.
class ClipDrag : public QMimeData {
  Q_OBJECT
 public:
  static constexpr int kMostWritten = 256;  ///< parts of recordings that are written; whole recordings have no limit
  static constexpr int kLongestWait = 5000;  ///< ms that the window waits for files
  ClipDrag(const Workspace& workspace, std::vector<db::ClipId> ids);
  ~ClipDrag() override;
  QStringList formats() const override;
  bool hasFormat(const QString& type) const override { return formats().contains(type); }

 Q_SIGNALS:
  /// Files were taken, and there are fewer than clips.
  void fell_short(int files, int clips);

 protected:
  QVariant retrieveData(const QString& type, QMetaType as) const override;

 private:
  struct Batch;
  std::vector<db::ClipId> ids_;
  std::shared_ptr<Batch> batch_;
  mutable bool told_ = false;
};

}  // namespace luthier::ui
