#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/run/events.h"
#include "core/session/run_record.h"
#include "core/session/workspace.h"
#include "core/training/tensorboard_writer.h"
#include "db/rows.h"

namespace luthier {

/// Writes a run down while it goes: run.json and status.json, metrics.csv ("step,phase,name,value"), events.jsonl (each line
/// handed to the system whole, so kill -9 leaves whole lines), a TensorBoard file, and the catalog's rows, batched about
/// once a second. Never throws from on_event: what cannot be written is told once through `trouble`, and training goes on.
/// Belongs to the run's thread.
class RunRecorder : public RunListener {
 public:
  /// `record.status` starts the row. With `first_step` > 0 a run goes on: figures after that step are dropped everywhere
  /// first. Throws SessionError when the folder cannot be written; a catalog that cannot be written is only trouble.
  RunRecorder(const Workspace& workspace, std::filesystem::path folder, RunRecord record, std::int64_t first_step,
              std::function<void(const std::string&)> trouble);
  ~RunRecorder() override;
  void on_event(const RunEvent& event) override;
  /// What the loop found when it had loaded the state of a run that goes on.
  void note_state(bool same);
  const RunStatus& status() const { return record_.status; }

 private:
  struct Catalog;
  void apply(const RunStarted& event);
  void apply(const StepDone& event);
  void apply(const ValidationDone& event);
  void apply(const PreviewReady& event);
  void apply(const CheckpointSaved& event);
  void apply(const RunWarning& event);
  void apply(const RunPaused& event);
  void apply(const RunFinished& event);
  void apply(const RunPreparing&) {}
  void figure(std::int64_t step, const std::string& phase, const std::string& name, double value);
  void write_line(const RunEvent& event);
  void flush(bool now);
  void guarded(const std::function<void()>& work);
  std::string relative(const std::string& path) const;

  std::filesystem::path folder_;
  RunRecord record_;
  std::function<void(const std::string&)> trouble_;
  bool troubled_ = false;
  int metrics_ = -1, events_ = -1;  ///< descriptors
  std::string phase_;
  double criterion_ = std::numeric_limits<double>::quiet_NaN();
  double seconds_before_ = 0;
  std::chrono::steady_clock::time_point started_, flushed_;
  std::string csv_;                 ///< lines not yet written
  std::vector<db::MetricRow> rows_; ///< not yet in the catalog
  std::unique_ptr<TensorBoardWriter> tensorboard_;
  std::unique_ptr<Catalog> catalog_;
};

}  // namespace luthier
