#include <algorithm>
#include <fstream>

#include "core/session/run_record.h"
#include "core/session/training_session.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

RunSummary summary_of(const fs::path& folder) {
  const RunStatus status = load_run_status(folder);
  RunSummary out;
  out.id = folder.filename().string();
  out.family = status.family, out.preset = status.preset, out.device = status.device, out.status = status.status, out.started = status.started;
  out.step = status.step, out.total_steps = status.total_steps, out.best = status.best, out.message = status.message;
  out.folder = folder;
  const auto existing = [&](const std::string& name) {
    std::error_code error;
    return name.empty() || !fs::exists(folder / name, error) ? std::string() : (folder / name).string();
  };
  out.best_checkpoint = existing(status.best_checkpoint);
  out.latest_checkpoint = existing(status.latest_checkpoint);
  if ((out.status == "running" || out.status == "paused") && !RunLock::is_held(folder)) {
    out.status = "interrupted";
    out.message = "The program that trained it ended without saying so; it can go on from its last checkpoint.";
  }
  return out;
}

}  // namespace

std::vector<RunSummary> list_runs(const fs::path& workspace) {
  std::vector<RunSummary> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(Workspace::open(workspace).runs(), error)) {
    if (!is_run(entry.path())) continue;
    try {
      all.push_back(summary_of(entry.path()));
    } catch (const SessionError& damaged) {
      RunSummary summary;
      summary.id = entry.path().filename().string(), summary.status = "damaged", summary.message = damaged.what(), summary.folder = entry.path();
      all.push_back(std::move(summary));
    }
  }
  std::sort(all.begin(), all.end(), [](const RunSummary& a, const RunSummary& b) { return a.started != b.started ? a.started > b.started : a.id > b.id; });
  return all;
}

RunSummary read_run(const fs::path& workspace, const std::string& id) {
  if (id.empty() || id.find('/') != std::string::npos) throw ConfigError("'" + id + "' is no run; luthierctl runs lists them.");
  try {
    return summary_of(Workspace::open(workspace).runs() / id);
  } catch (const SessionError& error) {
    throw ConfigError(error.what());
  }
}

struct RunFollower::State {
  fs::path folder;
  std::streamoff position = 0;
};

RunFollower::RunFollower(fs::path run_folder) : state_(std::make_unique<State>()) { state_->folder = std::move(run_folder); }
RunFollower::~RunFollower() = default;

std::vector<RunEvent> RunFollower::poll() {
  constexpr std::size_t kMost = 1000;  // some milliseconds' work: who follows a long file can stop in between
  std::ifstream file(state_->folder / "events.jsonl", std::ios::binary);
  std::error_code error;
  const auto size = fs::file_size(state_->folder / "events.jsonl", error);
  if (!file || error) return {};
  if (static_cast<std::uintmax_t>(state_->position) > size) state_->position = 0;  // another file than before
  file.seekg(state_->position);
  std::vector<RunEvent> events;
  const auto absolute = [&](std::string& path) {
    if (!path.empty() && fs::path(path).is_relative()) path = (state_->folder / path).string();
  };
  for (std::string line; events.size() < kMost && std::getline(file, line) && !file.eof();) {  // a line without its end is not whole yet
    state_->position += static_cast<std::streamoff>(line.size()) + 1;
    try {
      RunEvent event = event_from_json_line(line);
      if (auto* preview = std::get_if<PreviewReady>(&event.data)) absolute(preview->image), absolute(preview->audio);
      if (auto* checkpoint = std::get_if<CheckpointSaved>(&event.data)) absolute(checkpoint->path);
      events.push_back(std::move(event));
    } catch (const std::runtime_error&) {
      // half a line of a killed program; the next ones are whole
    }
  }
  return events;
}

}  // namespace luthier
