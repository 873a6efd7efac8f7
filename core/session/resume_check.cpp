#include "core/session/resume_check.h"

#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <array>

#include "core/session/device.h"
#include "core/session/family_catalog.h"
#include "core/session/version.h"

namespace luthier {
namespace {

/// Settings that change what is written and when, but no step.
constexpr std::array<const char*, 4> kChangeNoStep = {"preview_every", "checkpoint_every", "checkpoint_seconds", "auditions"};

bool changes_no_step(const std::string& change) {
  const auto name = change.substr(0, change.find(':'));
  return std::find(kChangeNoStep.begin(), kChangeNoStep.end(), name) != kChangeNoStep.end();
}

}  // namespace

void check_changes(const Schema& schema, const Config& before, const Config& after) {
  for (const auto& setting : schema) {
    const auto was = before.find(setting.name), is = after.find(setting.name);
    if (changeable_on_resume(setting) || was == before.end() || is == after.end() || was->second == is->second) continue;
    throw ConfigError("Setting '" + setting.name + "' (" + setting.group + ") is fixed for the life of a run: it was " + to_text(was->second) +
                      "; leave it, or begin a new run, with --start-from where the weights can be used.");
  }
}

void check_length(const std::string& run, std::int64_t step, const std::vector<PhaseInfo>& phases) {
  std::int64_t total = 0;
  for (const auto& phase : phases) total += phase.steps;
  if (total < step)
    throw ConfigError("The run '" + run + "' is at step " + std::to_string(step) + ", and these settings end it after " + std::to_string(total) +
                      "; give it more steps, or transfer with it as it is.");
}

std::vector<std::string> changes_on_resume(const Config& before, const Config& now) {
  Config known = now;
  std::erase_if(known, [&](const auto& entry) { return !before.count(entry.first); });
  return difference(before, known);
}

std::vector<std::string> why_inexact(const RunRecord& before, const PreparedRun& now) {
  std::vector<std::string> why;
  for (const auto& change : changes_on_resume(before.config, now.config))
    if (!changes_no_step(change)) why.push_back(change);
  if (now.clips_changed > 0) why.push_back(std::to_string(now.clips_changed) + " clips changed");
  if (now.device.is_cuda() || before.status.device.starts_with("cuda")) why.push_back("a GPU computes in no fixed order");
  if (!before.sittings.empty() && before.sittings.back().version != version_text()) why.push_back("another build of the program");
  const auto facts = run_machine_facts();
  for (const auto& [key, words] : {std::pair{"processor", "another processor"}, {"computing_threads", "another number of threads"}, {"libtorch", "another LibTorch"}}) {
    const auto was = before.machine.find(key), is = facts.find(key);
    if (was != before.machine.end() && is != facts.end() && was->second != is->second) why.push_back(words);
  }
  return why;
}

std::map<std::string, std::string> run_machine_facts() {
  auto facts = machine_facts();
  facts["libtorch"] = TORCH_VERSION;
  facts["computing_threads"] = std::to_string(torch::get_num_threads());
  return facts;
}

}  // namespace luthier
