#pragma once
#include <QMap>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <filesystem>
#include <memory>
#include <vector>

#include "ui/training/run_record.h"

namespace luthier::ui {

/// Runs whose curves are drawn beside the chosen one's: read on another thread, and again every few seconds while one of them
/// still trains. GUI thread.
class PinnedRuns : public QObject {
  Q_OBJECT
 public:
  explicit PinnedRuns(QObject* parent = nullptr);
  /// `growing`: those that are still training.
  void set(const std::filesystem::path& runs_folder, const QStringList& ids, const QStringList& growing);

 Q_SIGNALS:
  void changed(const std::vector<std::shared_ptr<const luthier::ui::RunRecord>>& pins);

 private:
  struct Pin {
    std::shared_ptr<const RunRecord> record;
    bool reading = false;
  };
  void read(const QString& id);
  void take(const QString& id, std::shared_ptr<const RunRecord> record);

  std::filesystem::path folder_;
  QMap<QString, Pin> pins_;
  QStringList growing_;
  QTimer again_;
  quint64 number_ = 0;
};

}  // namespace luthier::ui
