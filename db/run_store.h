#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/catalog.h"

namespace luthier::db {

/// Runs with their metrics, checkpoints and previews. Written by the recorder of whichever program trains, read by all.
/// See Catalog for thread and errors.
class RunStore {
 public:
  explicit RunStore(SQLite::Database& database) : database_(database) {}

  RunId add(const RunRow& row);  ///< created_at and updated_at are given by the store; throws if the folder is taken
  std::optional<RunRow> get(RunId id);
  std::optional<RunRow> find(const std::string& folder);
  std::vector<RunRow> all();     ///< newest first
  /// Writes state, message, phase, step, total_steps, seconds, process and device; sets updated_at, and finished_at
  /// when the state is an end.
  void update_progress(const RunRow& row);
  void set_title(RunId id, const std::string& title);
  void set_notes(RunId id, const std::string& notes);
  void set_pinned(RunId id, bool pinned);
  void remove(RunId id);         ///< the folder is not touched

  /// One transaction; a figure already there for that step and name is replaced (a resumed run writes some twice).
  void add_metrics(RunId run, const std::vector<MetricRow>& metrics);
  std::vector<std::string> metric_names(RunId run);
  /// Steps after `after_step` in order, for one name.
  std::vector<MetricRow> metrics(RunId run, const std::string& name, std::int64_t after_step = -1);
  /// Removes figures after this step: a run goes on from an older checkpoint.
  void truncate_metrics(RunId run, std::int64_t after_step);

  /// Replaces the row of the same path. With `best` set, takes the mark from the run's other checkpoints.
  CheckpointId add_checkpoint(const CheckpointRow& row);
  std::vector<CheckpointRow> checkpoints(RunId run);  ///< by step
  void remove_checkpoint(CheckpointId id);

  PreviewId add_preview(const PreviewRow& row);       ///< replaces the one of that step and title
  std::vector<PreviewRow> previews(RunId run);        ///< by step, then title

 private:
  SQLite::Database& database_;
};

}  // namespace luthier::db
