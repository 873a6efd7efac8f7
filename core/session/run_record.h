#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "core/config/schema.h"

namespace luthier {

/// One clip of a run, as its record names it.
struct RecordedClip {
  std::int64_t id = 0;
  std::string name, label, split;
  std::int64_t phrase = -1;
  std::string hash;            ///< of the clip's samples
};

/// One stretch of work on a run, from start or resume to its end.
struct RecordedSitting {
  std::string started, device, version;
  std::int64_t first_step = 0;
  std::vector<std::string> changed;  ///< settings changed at this resume, "name: a -> b"
  std::vector<std::string> inexact;  ///< why its steps are not those of an unbroken run; empty: nothing speaks against it
  bool compared = false;             ///< settings, clips, build and machine were held against the sitting before, for `inexact`
  bool same_state = false;           ///< the state that was loaded had the hash of the one that was saved
  /// Steps of an unbroken run, bit for bit, as far as can be known: all was compared, and nothing differs.
  bool exact() const { return compared && same_state && inexact.empty(); }
};

/// A transfer that is made at every preview of a run, by clip number. `truth` plays the content's notes by the style's label; 0:
/// no clip does.
struct AuditionCase {
  std::int64_t content = 0, style = 0, truth = 0;
  bool operator==(const AuditionCase&) const = default;
};

/// What the list of runs shows; status.json, written often.
struct RunStatus {
  std::string id, family, preset, device, status = "running", message, started, finished;
  std::int64_t step = 0, total_steps = 0;
  double best = std::numeric_limits<double>::quiet_NaN();  ///< best criterion of the last phase
  std::string best_checkpoint, latest_checkpoint;          ///< relative to the run's folder; empty: none
  double seconds = 0;                                      ///< trained so far, over all sittings
};

/// run.json: everything that it takes to say what was trained on what, and to do it again.
struct RunRecord {
  RunStatus status;
  std::string version;               ///< program and commit
  std::string representation;        ///< canonical text
  Config config;
  std::string config_hash;           ///< SHA-256 of canonical_text(config)
  std::int64_t seed = 0;
  std::int64_t parameters = 0;
  std::vector<std::string> labels, requested_labels;
  std::vector<RecordedClip> clips;
  std::string start_from;            ///< the weights it began with: what was asked for and their SHA-256; empty: fresh ones
  std::string pair_set;              ///< name; "made on the fly" where none was named
  std::int64_t pairs = 0;            ///< rows of pairs.csv
  std::vector<std::string> warnings;
  std::map<std::string, std::string> machine;
  std::vector<RecordedSitting> sittings;
  std::vector<AuditionCase> auditions;
};

/// Write <folder>/run.json and status.json, or status.json alone. Throw SessionError.
void save_run_record(const std::filesystem::path& folder, const RunRecord& record);
void save_run_status(const std::filesystem::path& folder, const RunStatus& status);
/// Throws SessionError: no run, or a damaged record.
RunRecord load_run_record(const std::filesystem::path& folder);
/// Where status.json is damaged or gone, it is made up from run.json and the checkpoints.
RunStatus load_run_status(const std::filesystem::path& folder);
/// The folder holds a run: its status.json, or else its run.json.
bool is_run(const std::filesystem::path& folder);
/// status.json is whole, or the run has neither it nor a record yet.
bool has_whole_status(const std::filesystem::path& folder);

/// Processor, cores, memory, system, LibTorch, GPU.
std::map<std::string, std::string> machine_facts();

}  // namespace luthier
