#include "core/session/transfer_restore.h"

#include <algorithm>

#include "core/config/branches.h"
#include "core/session/content_hash.h"
#include "core/session/family_catalog.h"
#include "core/session/model_source.h"
#include "core/session/named_sound.h"
#include "core/session/run_record.h"
#include "db/clip_store.h"
#include "db/recording_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code error;
  return !path.empty() && fs::is_regular_file(path, error);
}

/// Finds the parts of one record.
class Search {
 public:
  Search(const fs::path& workspace, RestoredTransfer& out) : out_(out) {
    if (workspace.empty()) return;
    workspace_ = Workspace::open(workspace);
    catalog_ = workspace_->open_catalog();
  }

  void run() {
    const TransferRecord& record = out_.record;
    TransferRequest& request = out_.request;
    if (workspace_) request.workspace = workspace_->folder();
    find_model();
    find_vocoder();
    request.content = find_sound(record.content, "content");
    if (!record.style.given.empty() || !record.style.sha256.empty()) request.style = find_sound(record.style, "style");  // else a label stood for it
    request.options = record.options;
    for (const auto& [name, value] : record.settings) request.options[name] = value;
    request.treble = record.treble;
    request.keep_step = record.kept_step;
  }

 private:
  void miss(const std::string& sentence) { out_.missing.push_back(sentence); }

  bool same(const fs::path& file, const std::string& sha256) const { return is_file(file) && sha256_of_file(file) == sha256; }

  void find_model() {
    const TransferRecord& record = out_.record;
    TransferRequest& request = out_.request;
    if (record.untrained) {
      request.family = record.family;
      return;
    }
    std::vector<fs::path> places{record.checkpoint};
    if (workspace_ && !record.run.empty()) places.push_back(workspace_->runs() / record.run / "checkpoints" / fs::path(record.checkpoint).filename());
    for (const auto& file : places) {
      if (!same(file, record.weights_sha256)) continue;
      request.run = known_run(record.run);
      if (request.run.empty() ? !is_shipped(file) : checkpoint_of_run(*workspace_, request.run) != file) request.checkpoint = file.string();
      return;
    }
    for (const auto& shipped : shipped_models())
      if (same(shipped, record.weights_sha256)) return;
    if (!known_run(record.run).empty()) {
      request.run = record.run;
      miss("The weights of the run '" + record.run + "' have changed since this result was made; the result may differ.");
      return;
    }
    out_.model_found = false;
    miss("The model that made this (" + (record.run.empty() ? fs::path(record.checkpoint).filename().string() : "run '" + record.run + "'") +
         ") is not here; choose another one, or install its weights.");
  }

  std::string known_run(const std::string& run) const {
    return workspace_ && !run.empty() && run.find('/') == std::string::npos && is_run(workspace_->runs() / run) ? run : "";
  }

  static bool is_shipped(const fs::path& file) {
    const auto shipped = shipped_models();
    std::error_code error;
    return !shipped.empty() && fs::equivalent(shipped.front(), file, error);
  }

  void find_vocoder() {
    const TransferRecord& record = out_.record;
    if (record.vocoder_family.empty()) return;
    if (!known_run(record.vocoder_given).empty()) out_.request.vocoder = record.vocoder_given;
    else if (is_file(record.vocoder_checkpoint)) out_.request.vocoder = record.vocoder_checkpoint;
    else miss("The vocoder that made this ('" + record.vocoder_given + "') is not here; without it the result is made by Griffin-Lim.");
  }

  std::string find_sound(const RecordedSound& sound, const std::string& what) {
    if (catalog_) {
      auto clips = catalog_->clips().find_by_sha256(sound.sha256);
      if (is_clip_number(sound.given) && std::find(clips.begin(), clips.end(), db::ClipId{std::stoll(sound.given)}) != clips.end()) return sound.given;
      if (!clips.empty()) return std::to_string(clips.front().value);
    }
    const fs::path path = sound.path.empty() && !is_clip_number(sound.given) ? fs::path(sound.given) : fs::path(sound.path);
    if (same(path, sound.sha256)) return path.string();
    if (catalog_)
      if (const auto recording = catalog_->recordings().find_by_sha256(sound.sha256))
        if (const auto file = workspace_->resolve(recording->path); is_file(file)) return file.string();
    if (is_file(path)) {
      miss("The " + what + " '" + path.filename().string() + "' has changed since this result was made; the result may differ.");
      return path.string();
    }
    miss("The " + what + " '" + sound.name + "' is not here any more; choose another one.");
    return "";
  }

  RestoredTransfer& out_;
  std::optional<Workspace> workspace_;
  std::unique_ptr<db::Catalog> catalog_;
};

}  // namespace

RestoredTransfer restore_transfer(const fs::path& workspace, const fs::path& result) {
  RestoredTransfer out;
  out.record = read_transfer_record(result);
  Search(workspace, out).run();
  return out;
}

TransferRequest branch_of(const RestoredTransfer& origin, int step, const Config& changes) {
  if (!origin.missing.empty()) throw ConfigError("It cannot be gone on from this result: " + origin.missing.front());
  const Schema schema = family_entry(origin.record.family).transfer_schema;
  TransferRequest request = origin.request;
  request.keep_step = 0;
  auto known = request.options.find("branches");
  if (known == request.options.end())
    throw ConfigError("Results of the family '" + origin.record.family + "' cannot be branched: it does not sample in steps.");
  known->second = with_branch(std::get<std::string>(known->second), {step, changes}, schema);
  return request;
}

}  // namespace luthier
