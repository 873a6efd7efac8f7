#include "core/session/check_session.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/session/content_hash.h"
#include "core/session/disk_session.h"
#include "core/session/progress_meter.h"
#include "core/session/run_record.h"
#include "core/session/sound_table.h"
#include "db/clip_store.h"
#include "db/recording_store.h"
#include "db/run_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

class Check {
 public:
  Check(const Workspace& workspace, bool hashes, const ProgressSink& progress, std::stop_token stop)
      : workspace_(workspace), hashes_(hashes), progress_(progress), stop_(std::move(stop)), catalog_(workspace.open_catalog()) {}

  CheckResult run() {
    for (const std::string& finding : catalog_->integrity_findings()) error(finding);
    check_recordings();
    check_clips();
    check_runs();
    check_left_over_files();
    result_.stopped = stop_.stop_requested();
    return std::move(result_);
  }

 private:
  void error(const std::string& text, Cure cure = Cure::none) { result_.findings.push_back({true, text, cure}); }
  void note(const std::string& text, Cure cure = Cure::none) { result_.findings.push_back({false, text, cure}); }

  void check_recordings() {
    const auto recordings = catalog_->recordings().all();
    result_.recordings = static_cast<std::int64_t>(recordings.size());
    ProgressMeter meter(progress_, static_cast<double>(recordings.size()));
    double done = 0;
    for (const auto& recording : recordings) {
      if (stop_.stop_requested()) return;
      meter.report(++done, recording.name);
      frames_[recording.id.value] = {recording.frames, recording.name};
      const bool there = check_file(recording);
      if (there == recording.missing && !catalog_->read_only()) catalog_->recordings().set_missing(recording.id, !there);
    }
    meter.finish("files checked");
  }

  bool check_file(const db::RecordingRow& recording) {
    const fs::path file = workspace_.resolve(recording.path);
    std::error_code code;
    if (!fs::is_regular_file(file, code)) {
      error("the file '" + file.string() + "' of recording " + std::to_string(recording.id.value) + " is missing", Cure::relink);
      return false;
    }
    const auto size = static_cast<std::int64_t>(fs::file_size(file, code));
    if (code || size != recording.bytes) {
      error("the file '" + file.string() + "' has " + std::to_string(size) + " bytes and had " + std::to_string(recording.bytes) +
            " when it was imported; put the old one back or import it anew");
    } else if (hashes_) {
      try {
        if (sha256_of_file(file, stop_) != recording.sha256)
          error("the content of '" + file.string() + "' has changed since it was imported; put the old file back or import it anew");
      } catch (const SessionError& failure) {
        if (!stop_.stop_requested()) error(failure.what());
      }
    }
    return true;
  }

  void check_clips() {
    const auto ids = catalog_->clips().ids();
    result_.clips = static_cast<std::int64_t>(ids.size());
    constexpr std::ptrdiff_t kPage = 2000;
    const auto size = static_cast<std::ptrdiff_t>(ids.size());
    for (std::ptrdiff_t first = 0; first < size && !stop_.stop_requested(); first += kPage)
      for (const auto& view : catalog_->clips().views({ids.begin() + first, ids.begin() + std::min(first + kPage, size)})) check_clip(view);
    note_leaks(recording_splits_, "recording");
    note_leaks(phrase_splits_, "phrase");
    if (const auto groups = catalog_->clips().duplicates(); !groups.empty())
      note(std::to_string(groups.size()) + (groups.size() == 1 ? " sound occurs" : " sounds occur") + " in more than one clip", Cure::list_duplicates);
  }

  void check_clip(const db::ClipView& view) {
    const auto& clip = view.clip;
    const auto recording = frames_.find(clip.recording.value);
    if (recording != frames_.end() && clip.start_frame + clip.frame_count > recording->second.first)
      error("clip " + std::to_string(clip.id.value) + " reaches beyond the end of '" + recording->second.second + "'; cut it anew or remove it");
    if (clip.split == db::Split::none || clip.excluded) return;
    recording_splits_[view.name + " (" + view.path + ")"].insert(db::to_text(clip.split));
    if (!view.phrase.empty()) phrase_splits_[view.phrase].insert(db::to_text(clip.split));
  }

  /// What was heard in training must not be measured on.
  void note_leaks(const std::map<std::string, std::set<std::string>>& splits, const std::string& noun) {
    for (const auto& [name, kinds] : splits) {
      if (kinds.size() < 2) continue;
      std::string list;
      for (const auto& kind : kinds) list += (list.empty() ? "" : " and ") + kind;
      note("the " + noun + " '" + name + "' has clips in " + list + "; figures measured on it mean nothing");
    }
  }

  void check_record(const fs::path& run) {
    try {
      load_run_record(run);
    } catch (const std::exception& damage) {
      error(damage.what());
      return;
    }
    if (!has_whole_status(run)) note("the file '" + (run / "status.json").string() + "' is damaged; the run is taken from its run.json and checkpoints, and resuming writes it anew");
  }

  void check_runs() {
    std::set<std::string> rows;
    for (const auto& run : catalog_->runs().all()) {
      rows.insert(run.folder);
      std::error_code code;
      if (!fs::is_directory(workspace_.runs() / run.folder, code)) error("the folder of run '" + run.folder + "' is gone; its checkpoints are lost");
      else if ((run.state == db::RunState::running || run.state == db::RunState::paused) && !RunLock::is_held(workspace_.runs() / run.folder))
        note("run '" + run.folder + "' says it is running but no program trains it; resume it from its last checkpoint");
    }
    std::error_code code;
    for (fs::directory_iterator it(workspace_.runs(), code), end; !code && it != end; it.increment(code)) {
      ++result_.runs;
      const std::string name = it->path().filename().string();
      std::error_code ignored;
      if (it->is_directory(ignored) && !rows.contains(name) && !fs::exists(it->path() / "run.json", ignored))
        note("the folder runs/" + name + " holds no run; remove it if you do not know it");
      if (fs::exists(it->path() / "run.json", ignored)) check_record(it->path());
    }
  }

  void check_left_over_files() {
    for (const fs::path& folder : stale_unpacked(workspace_))
      note("the folder '" + folder.filename().string() + "' was left by an import that was killed", Cure::free_unpacked);
    const FreedFiles freed = free_unused_files(workspace_, *catalog_, true);
    if (freed.files > 0)
      note(std::to_string(freed.files) + (freed.files == 1 ? " file" : " files") + " (" + std::to_string(freed.bytes / 1'000'000) + " MB) " +
               (freed.files == 1 ? "belongs" : "belong") + " to no clip",
           Cure::free_unused);
  }

  const Workspace& workspace_;
  const bool hashes_;
  const ProgressSink progress_;
  const std::stop_token stop_;
  std::unique_ptr<db::Catalog> catalog_;
  std::map<std::int64_t, std::pair<std::int64_t, std::string>> frames_;  ///< recording -> frames, name
  std::map<std::string, std::set<std::string>> recording_splits_, phrase_splits_;  ///< name -> splits of its clips
  CheckResult result_;
};

}  // namespace

CheckResult check_workspace(const Workspace& workspace, bool hashes, const ProgressSink& progress, std::stop_token stop) {
  return Check(workspace, hashes, progress, std::move(stop)).run();
}

}  // namespace luthier
