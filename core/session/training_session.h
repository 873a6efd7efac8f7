#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
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
  std::vector<std::pair<std::int64_t, std::int64_t>> auditions;  ///< content and style by clip number, to be heard at every preview; empty: unseen clips are chosen
};

/// Switches shared with a run. Any thread.
struct RunSwitches {
  std::atomic<bool> paused{false};
  std::atomic<bool> discard{false};  ///< a stop saves nothing: the run ends as its last checkpoint has it
};

/// Trains. Blocks, runs on the caller's thread, knows no thread library. Every event goes to `listener` and, through the
/// recorder, to runs/<id>/{run.json,metrics.csv,events.jsonl,TensorBoard file,checkpoints,previews} and the catalog.
/// Everything thrown inside ends as RunFinished{failed, message}; a stop is Outcome::cancelled with a checkpoint saved, or
/// without one (RunSwitches::discard).
/// RunFinished comes exactly once. One run is trained by one program at a time (file lock); others steer it by run_elsewhere.h.
Outcome train(const TrainingRequest& request, RunListener& listener, std::stop_token stop, RunSwitches* switches = nullptr);

/// A request without side effects: what it would train, and what two dry steps of every phase and a validation cost.
struct DryRun {
  struct Phase {
    std::string name;
    std::int64_t steps = 0;
    double seconds_per_step = 0;
  };
  std::int64_t clips = 0, parameters = 0, total_steps = 0;
  std::int64_t first_step = 0;        ///< > 0: a run that goes on
  std::vector<Phase> phases;
  double seconds_per_step = 0;        ///< of the last phase
  double seconds_total = 0;           ///< of what is still to do, validations included
  double memory_bytes = 0;            ///< networks, optimisers and steps at most
  double memory_available = 0;        ///< on the device, before
  std::string batch_name;             ///< setting that holds the number of examples in a step; empty: none
  std::int64_t batch = 0;             ///< as asked for
  std::int64_t fitting_batch = 0;     ///< the largest that fits, by halves; the figures above are its own
  std::vector<std::string> changed;   ///< settings that a run which goes on would change, "name: a -> b"
  std::vector<std::string> inexact;   ///< why a run that goes on would not make the very steps of an unbroken one; empty: it would
  bool fits() const { return fitting_batch == batch; }
};
/// `memory_limit` in bytes; 0: what the device has left. Throws ConfigError with the sentence that train() would end with, also
/// when no batch fits; Cancelled on a stop.
DryRun dry_run(const TrainingRequest& request, std::stop_token stop, double memory_limit = 0);

/// A run folder, read without the catalog: also runs that another program is writing.
struct RunSummary {
  std::string id, family, preset, device, status;  ///< status: "running", "paused", "done", "failed", "cancelled", "interrupted"
  std::string started;                             ///< UTC, ISO 8601
  std::int64_t step = 0, total_steps = 0;
  double best = 0;                                 ///< best criterion; NaN: none
  std::string message;
  std::filesystem::path folder;
  std::string best_checkpoint, latest_checkpoint;  ///< paths; empty: none
};
std::vector<RunSummary> list_runs(const std::filesystem::path& workspace);  ///< newest first
RunSummary read_run(const std::filesystem::path& workspace, const std::string& id);  ///< throws ConfigError

/// Follows a run that another program trains: new events of runs/<id>/events.jsonl since the last call, 1000 at most (then there may be more).
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
