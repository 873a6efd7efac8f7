#pragma once
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/run/progress.h"
#include "core/session/workspace.h"

namespace luthier {

struct Finding {
  bool error = false;  ///< something is lost or wrong; else worth knowing
  std::string text;    ///< one sentence
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
