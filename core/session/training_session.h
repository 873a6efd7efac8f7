#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/config/schema.h"
#include "core/run/events.h"

namespace luthier {

struct TrainingRequest {
  std::filesystem::path workspace;
  std::string family;
  std::string preset = "report";
  Config overrides;              ///< over the preset; keys of run_schema()
  std::string device = "auto";   ///< "cpu", "cuda" or "auto": cuda where there is one
  std::string resume;            ///< run id to go on with; family and preset are then read from it
  std::string start_from;        ///< run id, weight file or "shipped": a new run that starts from these weights (fine-tuning)
  double minutes = 0;            ///< > 0: ends as done after this time of training; numbers of steps that are
                                 ///< not among the overrides become what fits, so that schedules end with the time
  std::string pair_set;          ///< name of a pair set; empty: the newest that fits, or one made on the fly
  std::vector<std::string> labels;  ///< only these; empty: all
};

/// Pause switch shared with a run. Any thread.
struct PauseFlag {
  std::atomic<bool> paused{false};
};

/// Trains. Blocks, runs on the caller's thread, knows no thread library. Every event goes to `listener` and, through the
/// recorder, to runs/<id>/{run.json,metrics.csv,events.jsonl,TensorBoard file,checkpoints,previews} and the catalog.
/// Everything thrown inside ends as RunFinished{failed, message}; a stop is Outcome::cancelled with a checkpoint saved.
/// RunFinished comes exactly once. One run is trained by one program at a time (file lock).
Outcome train(const TrainingRequest& request, RunListener& listener, std::stop_token stop, PauseFlag* pause = nullptr);

/// A request without side effects: what it would train (clips, steps, memory, seconds per step measured on one dry step).
struct DryRun {
  std::int64_t clips = 0, parameters = 0, total_steps = 0;
  double seconds_per_step = 0;
  double seconds_total = 0;
  double memory_bytes = 0;
};
/// Throws ConfigError with the sentence that train() would end with.
DryRun dry_run(const TrainingRequest& request, std::stop_token stop);

/// A run folder, read without the catalog: also runs that another program is writing.
struct RunSummary {
  std::string id, family, preset, device, status;  ///< status: "running", "done", "failed", "cancelled", "interrupted"
  std::string started;                             ///< UTC, ISO 8601
  std::int64_t step = 0, total_steps = 0;
  double best = 0;                                 ///< best criterion; NaN: none
  std::string message;
  std::filesystem::path folder;
  std::string best_checkpoint, latest_checkpoint;  ///< paths; empty: none
};
std::vector<RunSummary> list_runs(const std::filesystem::path& workspace);  ///< newest first
RunSummary read_run(const std::filesystem::path& workspace, const std::string& id);  ///< throws ConfigError

/// Follows a run that another program trains: new events of runs/<id>/events.jsonl since the last call.
class RunFollower {
 public:
  explicit RunFollower(std::filesystem::path run_folder);
  ~RunFollower();
  std::vector<RunEvent> poll();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace luthier
