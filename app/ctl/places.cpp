#include "app/ctl/places.h"

#include <algorithm>
#include <cstdlib>

namespace luthier::ctl {

bool workspace_named(const Context& context) {
  const char* set = std::getenv("LUTHIER_WORKSPACE");
  const auto names = [](const std::string& word) { return word.starts_with("--workspace") || (word.starts_with("-w") && !word.starts_with("--")); };
  return (set && *set) || std::any_of(context.command_line.begin(), context.command_line.end(), names);
}

void refuse_foreign_checkpoint(const Workspace& workspace, const std::string& run, const std::string& checkpoint) {
  if (run.empty() || checkpoint.empty()) return;
  std::error_code error;
  const auto own = std::filesystem::weakly_canonical(workspace.runs() / run, error), file = std::filesystem::weakly_canonical(checkpoint, error);
  const auto inside = file.lexically_relative(own);
  if (inside.empty() || *inside.begin() == "..")
    throw UsageError("'" + checkpoint + "' is no checkpoint of the run " + run + "; name either the run or the weight file");
}

}  // namespace luthier::ctl
