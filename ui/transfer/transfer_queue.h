#pragma once
#include <QObject>
#include <memory>
#include <vector>

#include "ui/transfer/transfer_job.h"

namespace luthier::ui {

/// Transfers that run one after the other. Those that have ended stay listed until they are cleared. GUI thread.
class TransferQueue : public QObject {
  Q_OBJECT
 public:
  explicit TransferQueue(QObject* parent = nullptr) : QObject(parent) {}
  ~TransferQueue() override;
  /// Starts at once when none runs. `schema` has the settings of the request's model.
  TransferJob& add(TransferRequest request, SoundPtr content, SoundPtr style, Schema schema = {});
  const std::vector<std::unique_ptr<TransferJob>>& jobs() const { return jobs_; }  ///< in the order they came
  TransferJob* running() const;   ///< null: none
  int open_count() const;         ///< waiting or running
  void cancel_all();
  void clear_ended();

 Q_SIGNALS:
  void changed();                                  ///< a job more or less, or another state
  void progressed(luthier::ui::TransferJob* job);  ///< of the one that runs
  void started(luthier::ui::TransferJob* job);
  void finished(luthier::ui::TransferJob* job);
  void removing(luthier::ui::TransferJob* job);    ///< is gone after this

 private:
  void start_next();

  std::vector<std::unique_ptr<TransferJob>> jobs_;
};

}  // namespace luthier::ui
