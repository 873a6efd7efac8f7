#pragma once
#include <QMap>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <vector>

#include "ui/training/run_record.h"

namespace luthier::ui {

/// Runs whose curves are drawn beside the chosen one's: each is read once on another thread, and what is new in it every few seconds
/// while it still trains. GUI thread.
class PinnedRuns : public QObject {
  Q_OBJECT
 public:
  explicit PinnedRuns(QObject* parent = nullptr);
  ~PinnedRuns() override;
  /// `growing`: those that are still training. Costs nothing when nothing is new, so call it whenever the list of runs was read.
  void set(const std::filesystem::path& runs_folder, const QStringList& ids, const QStringList& growing);

 Q_SIGNALS:
  void changed(const std::vector<std::shared_ptr<const luthier::ui::RunRecord>>& pins);

 private:
  struct Source;
  struct Pin {
    std::shared_ptr<Source> source;  ///< of the thread that reads, while one does
    std::shared_ptr<const RunRecord> record;
    bool reading = false, once_more = false, growing = false;
  };
  void drop(const QString& id);
  void read(const QString& id);
  void take(const QString& id, const std::shared_ptr<Source>& source, std::shared_ptr<const RunRecord> record);
  void tell();

  std::filesystem::path folder_;
  QMap<QString, Pin> pins_;
  QTimer again_;
};

}  // namespace luthier::ui
