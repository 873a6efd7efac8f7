#pragma once
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/run/progress.h"
#include "core/session/workspace.h"

namespace luthier {

/// What helps against a finding where its text alone does not say it: a command for the command line, a button for the window.
enum class Cure {
  none,
  relink,           ///< put the file back, or search for it
  list_duplicates,  ///< see the clips that hold the same sound
  free_unpacked,    ///< remove the folder; the next import of a shard does so, too
  free_unused,      ///< remove the files, and with them the undo steps
};

struct Finding {
  bool error = false;  ///< something is lost or wrong; else worth knowing
  std::string text;    ///< the fact, without a full stop; "; " and the cure in the reader's own words may follow
  Cure cure = Cure::none;
};

struct CheckResult {
  std::vector<Finding> findings;
  std::int64_t recordings = 0, clips = 0, runs = 0;
  bool stopped = false;
  bool sound() const {
    for (const Finding& finding : findings)
      if (finding.error) return false;
    return true;
  }
};

/// Looks through a workspace: SQLite's own checks, every recording's file (there, size, and with `hashes` its content), clips
/// within their recordings, phrases and recordings on both sides of the split, equal clips, run folders without row and the
/// other way round, files in audio/ that nothing names. Marks recordings missing or found; changes nothing else.
CheckResult check_workspace(const Workspace& workspace, bool hashes, const ProgressSink& progress = {}, std::stop_token stop = {});

}  // namespace luthier
