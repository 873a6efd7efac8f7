#include "core/session/run_elsewhere.h"

#include <signal.h>

#include <fstream>

#include "core/session/run_record.h"
#include "core/session/training_session.h"
#include "db/run_store.h"

namespace luthier {
namespace {

/// The first word of a process's command line; empty: there is no such process, or it is another user's.
std::string program_of(std::int64_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/cmdline", std::ios::binary);
  std::string word;
  std::getline(file, word, '\0');
  return std::filesystem::path(word).filename().string();
}

}  // namespace

void stop_run_elsewhere(const Workspace& workspace, const std::string& run) {
  const RunSummary summary = read_run(workspace.folder(), run);
  const auto row = workspace.open_catalog()->runs().find(run);
  if (summary.status != "running" || !row) throw ConfigError("The run " + run + " is not being trained now.");
  if (program_of(row->process) != "luthierctl" || ::kill(static_cast<pid_t>(row->process), SIGTERM) != 0)
    throw ConfigError("The run " + run + " is trained by a window or on another machine; stop it there.");
}

}  // namespace luthier
