#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/run/events.h"
#include "core/run/progress.h"
#include "core/session/cutting.h"
#include "core/session/workspace.h"

namespace luthier {

struct ImportRequest {
  /// Files, and folders that are searched through; also tables of files (.csv, .jsonl, and a folder's own metadata.csv or
  /// metadata.jsonl) and tar shards, see core/session/sound_table.h. What a table says of a file goes before what stands here.
  std::vector<std::filesystem::path> paths;
  std::string label;                         ///< for every clip; empty: none
  bool label_from_folder = false;            ///< each clip gets the name of the folder its file lies in
  /// Lists of files for training, validation and test (core/session/split_lists.h). Where there are any, a file on none of them
  /// is left out; clips of a file that is in the catalog already get the split too.
  std::vector<std::filesystem::path> train_lists, validation_lists, test_lists;
  std::vector<std::string> tags;
  std::string source;                        ///< empty: the file's path
  std::string rights;
  std::string notes;
  bool in_place = false;                     ///< refer to the files where they lie instead of copying them to audio/
  double rms = 0;                            ///< > 0: each clip gets this RMS (peaks stay below full scale); the copy is a 32-bit float WAV
  CutOptions cutting;
};

/// A file that was left out, and why.
struct SkippedFile {
  std::filesystem::path file;
  std::string reason;      ///< one sentence
  bool duplicate = false;  ///< its bytes are in the catalog already
};

struct ImportResult {
  Outcome outcome = Outcome::done;   ///< done or cancelled: what was imported by then stays
  std::int64_t recordings = 0;
  std::int64_t clips = 0;
  double seconds = 0;                ///< of the clips
  std::int64_t unlisted = 0;         ///< files left out because no list names them
  std::vector<SkippedFile> skipped;  ///< in order of the files
};

/// For before a workspace is made: throws what import_sounds would throw for the request itself (settings that make no sense, paths
/// that do not exist, lists that cannot be read).
void check_import(const ImportRequest& request);

/// Brings sounds into the workspace: reads, trims, cuts, hashes, copies, and writes rows. Files whose bytes (SHA-256) are in
/// the catalog already are skipped, so an import that was stopped goes on where it was; a file that cannot be read is
/// skipped and listed. Blocks; decodes on up to four threads of its own. Throws SessionError or db::DbError when the whole
/// cannot go on (no sound found, full disk, read-only workspace); what was imported by then stays.
ImportResult import_sounds(const Workspace& workspace, const ImportRequest& request, const ProgressSink& progress = {},
                           std::stop_token stop = {});

}  // namespace luthier
