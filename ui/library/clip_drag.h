#pragma once
#include <QMimeData>
#include <QUrl>
#include <future>
#include <vector>

#include "core/session/workspace.h"
#include "db/rows.h"

namespace luthier::ui {

/// What dragged clips carry: their numbers for this program, and files for others. The file is the recording where the clip
/// is all of it; else the clip is written as a 32-bit float WAV of its own, on a thread that starts with the drag, into the
/// cache folder. Whoever takes the files waits for what is left of that. GUI thread.
class ClipDrag : public QMimeData {
  Q_OBJECT
 public:
  static constexpr std::size_t kMostFiles = 256;  ///< more clips than this are dragged without files
  ClipDrag(const Workspace& workspace, const QStringList& ids, std::vector<db::ClipView> clips);
  ~ClipDrag() override;
  QStringList formats() const override;
  bool hasFormat(const QString& type) const override { return formats().contains(type); }

 protected:
  QVariant retrieveData(const QString& type, QMetaType as) const override;

 private:
  QByteArray ids_;
  std::shared_future<QList<QUrl>> files_;
};

}  // namespace luthier::ui
