#include "core/session/model_source.h"

#include <algorithm>
#include <cstdlib>

#include "core/session/assets.h"
#include "core/session/content_hash.h"
#include "core/session/run_record.h"
#include "core/session/training_session.h"
#include "core/session/transfer_session.h"
#include "core/session/weights_check.h"
#include "core/training/checkpoint_record.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

const char* role_text(Role role) {
  switch (role) {
    case Role::translator: return "translator (content and style to sound)";
    case Role::vocoder: return "vocoder (spectrogram to sound)";
    case Role::generator: return "generator (noise to sound)";
    case Role::optimiser: return "optimiser";
  }
  return "model";
}

LoadedModel load_file(const fs::path& file, const std::string& run, Role role) {
  LoadedModel model;
  model.file = file;
  model.run = run;
  model.checkpoint = load_checkpoint(file);
  check_checkpoint(model.checkpoint, file);
  model.family = &family_of(model.checkpoint, file);
  if (const auto awaited = model.checkpoint.record.find(kAwaitedPhase); awaited != model.checkpoint.record.end())
    throw ConfigError("The model in " + (run.empty() ? file.string() : "the run '" + run + "'") + " cannot be used yet: its phase '" + awaited->second +
                      "' has not begun; go on with luthierctl train --resume " + (run.empty() ? model.checkpoint.at("run") : run) + ".");
  const FamilyInfo info = model.family->info();
  if (info.role != role)
    throw ConfigError("The model in " + file.string() + " is of the family '" + info.id + "', a " + role_text(info.role) + "; a " + role_text(role) + " is needed here.");
  model.weights_sha256 = sha256_of_file(file);
  return model;
}

}  // namespace

fs::path checkpoint_of_run(const Workspace& workspace, const std::string& run) {
  const RunSummary summary = read_run(workspace.folder(), run);
  if (summary.best_checkpoint.empty() && summary.latest_checkpoint.empty())
    throw SessionError("the run '" + run + "' has no checkpoint yet; wait for its first one, or train it longer");
  if (summary.best_checkpoint.empty()) return summary.latest_checkpoint;
  if (summary.latest_checkpoint.empty() || summary.status == "done") return summary.best_checkpoint;
  // The best of an early phase is no model yet when the run has gone on to the next.
  const bool same_phase = load_checkpoint_record(summary.best_checkpoint)["phase"] == load_checkpoint_record(summary.latest_checkpoint)["phase"];
  return same_phase ? summary.best_checkpoint : summary.latest_checkpoint;
}

LoadedModel load_model(const Workspace* workspace, const std::string& run, const std::string& checkpoint, Role role) {
  if (!checkpoint.empty()) return load_file(checkpoint, run, role);
  if (!run.empty()) {
    if (!workspace) throw ConfigError("A run can only be found in a workspace; name one, or give the path of a checkpoint.");
    return load_file(checkpoint_of_run(*workspace, run), run, role);
  }
  const auto shipped = shipped_models();
  if (shipped.empty()) throw ConfigError("No shipped model is installed; name a run or a checkpoint.");
  return load_file(shipped.front(), "", role);
}

LoadedModel load_named_model(const Workspace* workspace, const std::string& name, Role role) {
  std::error_code error;
  if (workspace && name.find('/') == std::string::npos && is_run(workspace->runs() / name))
    return load_file(checkpoint_of_run(*workspace, name), name, role);
  if (fs::exists(name, error)) return load_file(name, "", role);
  throw ConfigError("'" + name + "' is neither a run of this workspace nor a checkpoint file; luthierctl runs lists the runs.");
}

LoadedModel untrained_model(const std::string& family, const std::string& preset, const Config& settings) {
  LoadedModel model;
  model.family = &find_family(family);
  if (model.family->info().role != Role::optimiser) {
    std::string others;
    for (const Family* other : families())
      if (other->info().role == Role::optimiser) others += (others.empty() ? "" : ", ") + other->info().id;
    throw ConfigError("The family '" + family + "' has to be trained first: name a run of it. Without training there is: " + others + ".");
  }
  const Config config = preset_config(*model.family, preset.empty() ? model.family->presets().front().name : preset, settings);
  model.checkpoint.record = {{"family", family}, {"config", canonical_text(config_from_text(model.family->schema(), canonical_text(config)))}};
  return model;
}

std::vector<fs::path> shipped_models() {
  std::vector<fs::path> folders;
  if (const char* set = std::getenv("LUTHIER_MODELS")) folders.push_back(set);
  for (const auto& assets : asset_folders()) folders.push_back(assets / "models");
  for (const auto& folder : folders) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (entry.path().extension() == ".safetensors") found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace luthier
