#include "core/session/transfer_models.h"

#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "core/session/model_source.h"
#include "core/session/run_title.h"
#include "core/training/checkpoint_record.h"
#include "core/transfer/sound_inverter.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

bool transfers(const std::string& family) {
  for (const Family* known : families())
    if (known->info().id == family) return known->info().role == Role::translator;
  return false;
}

std::vector<fs::path> checkpoints_of(const Workspace& workspace, const RunSummary& run) {
  std::vector<fs::path> all{checkpoint_of_run(workspace, run.id)};
  std::vector<fs::path> others;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(run.folder / "checkpoints", error))
    if (entry.path().extension() == ".safetensors" && entry.path() != all.front()) others.push_back(entry.path());
  std::sort(others.rbegin(), others.rend());
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

std::string representation_in(const LoadedModel& model) {
  return untrimmed(model.family->make_transfer(model.checkpoint, torch::kCPU)->representation()).canonical_text();
}

/// What the model of a checkpoint file hears and makes; remembered as long as the file stays as it is.
std::string representation_of(const fs::path& file, Role role) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, fs::file_time_type>, std::string> known;
  const std::pair key{file.string(), fs::last_write_time(file)};
  {
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(key); found != known.end()) return found->second;
  }
  const std::string text = representation_in(load_model(nullptr, "", file.string(), role));
  const std::lock_guard lock(mutex);
  return known[key] = text;
}

fs::path file_of(const Workspace& workspace, const TransferRequest& model) {
  if (!model.checkpoint.empty()) return model.checkpoint;
  if (!model.run.empty()) return checkpoint_of_run(workspace, model.run);
  const auto shipped = shipped_models();
  if (shipped.empty()) throw ConfigError("No shipped model is installed; name a run or a checkpoint.");
  return shipped.front();
}

}  // namespace

std::vector<TransferModel> transfer_models(const fs::path& workspace) {
  std::vector<TransferModel> all;
  const Workspace opened = Workspace::open(workspace);
  const RunTitles titles = run_titles(opened);
  for (const RunSummary& run : list_runs(workspace)) {
    if (!transfers(run.family) || !awaited_phase(run).empty() || (run.latest_checkpoint.empty() && run.best_checkpoint.empty())) continue;
    const auto title = titles.find(run.id);
    TransferModel model{run.id, "", title == titles.end() ? std::string() : title->second, run.family + ", " + run.preset, {}};
    try {
      model.checkpoints = checkpoints_of(opened, run);
    } catch (const std::exception&) {
      continue;  // a checkpoint that another program is just replacing, or a damaged one
    }
    all.push_back(std::move(model));
  }
  if (const auto shipped = shipped_models(); !shipped.empty()) all.push_back({"", "", "", shipped.front().filename().string(), {shipped.front()}});
  for (const Family* family : families())
    if (const auto info = family->info(); info.role == Role::optimiser) all.push_back({"", info.id, info.title, info.summary, {}});
  return all;
}

std::vector<RunSummary> fitting_vocoders(const fs::path& workspace, const TransferRequest& model) {
  if (!model.family.empty()) return {};
  const Workspace opened = Workspace::open(workspace);
  std::string wanted;
  std::vector<RunSummary> all;
  for (const RunSummary& run : list_runs(workspace)) {
    const auto& known = families();
    const auto family = std::find_if(known.begin(), known.end(), [&](const Family* f) { return f->info().id == run.family; });
    if (family == known.end() || (*family)->info().role != Role::vocoder) continue;
    try {
      const fs::path file = checkpoint_of_run(opened, run.id);
      if (wanted.empty()) wanted = representation_of(file_of(opened, model), Role::translator);
      if (representation_of(file, Role::vocoder) == wanted) all.push_back(run);
    } catch (const std::exception&) {
      // a run without a usable checkpoint is no choice
    }
  }
  return all;
}

Schema transfer_schema_of(const TransferRequest& model) {
  if (!model.family.empty()) return untrained_transfer_settings(model.family);
  return model.checkpoint.empty() ? transfer_settings(model.workspace, model.run) : checkpoint_transfer_settings(model.checkpoint);
}

bool needs_style_clip(const Schema& settings, const Config& options) {
  const auto text = [&](const char* name) {
    if (const auto given = options.find(name); given != options.end()) return to_text(given->second);
    const auto known = std::find_if(settings.begin(), settings.end(), [&](const Setting& setting) { return setting.name == name; });
    return known == settings.end() ? std::string() : to_text(known->default_value);
  };
  const std::string by = text("style_by");
  return by.empty() || by == "clip" || text("label").empty();
}

std::string awaited_phase(const RunSummary& run) {
  const std::string& file = run.latest_checkpoint.empty() ? run.best_checkpoint : run.latest_checkpoint;
  if (file.empty()) return {};
  try {
    return load_checkpoint_record(file)[kAwaitedPhase];
  } catch (const CheckpointError&) {
    return {};  // whoever uses it says so
  }
}

}  // namespace luthier
