#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data/clip_set.h"
#include "core/run/progress.h"
#include "db/catalog.h"

namespace luthier {

/// Where clips come from. The catalog belongs to the calling thread.
struct ClipSources {
  db::Catalog& catalog;
  std::function<std::filesystem::path(const std::string&)> resolve;  ///< RecordingRow::path to a file
  std::filesystem::path cache;                                       ///< features/; empty: no cache
};

struct ClipChoice {
  std::vector<std::string> labels;               ///< only these; empty: every labelled clip that is not excluded
  std::vector<std::int64_t> ids;                 ///< exactly these in this order (a run that goes on); empty: by label
  std::map<std::int64_t, std::string> splits;    ///< by id; stands above the rows
  double minimum_seconds = 0;                    ///< shorter clips are skipped and listed
};

struct SkippedClip {
  std::int64_t id = 0;
  std::string name;
  std::string reason;  ///< one sentence
};

struct LoadedClips {
  std::shared_ptr<ClipSet> clips;
  std::vector<std::string> hashes;     ///< content hash of each clip
  std::vector<SkippedClip> skipped;    ///< could not be read, are too short …
  std::vector<std::string> warnings;
  bool stopped = false;                ///< a stop was asked for; the set is not complete
};

/// The tag that keeps a clip from being a target: it is only ever content.
inline constexpr const char* kContentOnlyTag = "content-only";

/// The only place where rows and audio become tensors. Reads clips in order of id, asks `stop` at every one, keeps features
/// in the cache. A clip that cannot be read is skipped and listed. "waveform" features are int16. Splits come from `choice`,
/// else from the rows, else from assign_splits(). Throws db::DbError, ConfigError.
LoadedClips load_clips(const ClipSources& sources, const ClipChoice& choice, const RepresentationSpec& spec,
                       const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
