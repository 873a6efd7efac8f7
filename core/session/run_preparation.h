#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data/clip_loader.h"
#include "core/families/family.h"
#include "core/session/auditions.h"
#include "core/session/run_record.h"
#include "core/session/training_session.h"
#include "core/session/workspace.h"
#include "core/training/checkpoint.h"

namespace luthier {

/// All that a training needs, checked, before anything is written.
struct PreparedRun {
  const Family* family = nullptr;
  Config config;                       ///< complete for run_schema()
  torch::Device device = torch::kCPU;
  std::shared_ptr<const ClipSet> clips;
  std::vector<std::string> hashes;     ///< of the clips; empty where the family renders its own
  std::vector<ClipPair> pairs;
  std::string pair_set;
  std::int64_t parameters = 0;
  std::optional<Checkpoint> start_from;  ///< first weights of a new run
  std::string start_text;                ///< what they are, for the record
  std::vector<std::string> warnings;
  std::vector<AuditionCase> auditions;
  std::int64_t clips_changed = 0;        ///< of a run that goes on: gone, or not as they were
};

/// Settings of a request: the preset and overrides, or those of the run to go on with. A start from given weights takes
/// over what shapes the networks from them (all groups but Data, Training and Run). Throws ConfigError.
Config requested_config(const TrainingRequest& request, const Family& family, const RunRecord* resumed, const Checkpoint* start_from = nullptr);

/// Reads clips and pairs and checks them against the family's needs, one sentence each. `resumed` gives clips, splits and
/// pairs of a run that goes on. Throws ConfigError, SessionError, db::DbError, or Cancelled on a stop.
PreparedRun prepare_run(const TrainingRequest& request, const Workspace& workspace, const RunRecord* resumed,
                        const ProgressSink& progress, std::stop_token stop);

/// runs/<id>/pairs.csv: content,style,target as clip ids (0: no target), with a header.
void save_pairs(const std::filesystem::path& folder, const PreparedRun& run);

}  // namespace luthier
