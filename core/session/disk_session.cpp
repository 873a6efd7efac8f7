#include "core/session/disk_session.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "audio/reader.h"
#include "core/session/run_title.h"
#include "core/session/sound_table.h"
#include "core/session/training_session.h"
#include "db/edit_journal.h"
#include "db/recording_store.h"
#include "db/run_store.h"
#include "db/transfer_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

void count_and_remove(const fs::path& file, bool dry_run, FreedFiles& freed) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return;
  if (!dry_run && !fs::remove(file, error)) return;
  freed.files += 1;
  freed.bytes += static_cast<std::int64_t>(size);
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file(error)) files.push_back(it->path());
  return files;
}

FreedFiles size_of(const fs::path& folder) {
  FreedFiles size;
  for (const fs::path& file : files_below(folder)) count_and_remove(file, true, size);
  return size;
}

/// A sound, or the beginning of one, that an import may be writing now.
bool is_fresh(const fs::path& file) {
  if (!audio::has_audio_extension(file) && file.extension().string().find(".part") != 0) return false;
  std::error_code error;
  const auto written = fs::last_write_time(file, error);
  return error || fs::file_time_type::clock::now() - written < std::chrono::minutes(10);
}

void remove_folder(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) throw SessionError("the folder '" + folder.string() + "' cannot be removed (" + error.message() + "); check its permissions");
}

FreedFiles remove_run_folder(const fs::path& folder) {
  const FreedFiles size = size_of(folder);
  remove_folder(folder);
  return size;
}

/// The run's folder, if one of that name lies in runs/: a name such as ".." is none.
fs::path folder_of_run(const Workspace& workspace, const std::string& run) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(workspace.runs(), error))
    if (entry.path().filename() == run && entry.is_directory(error)) return entry.path();
  throw SessionError("'" + run + "' is no run of this workspace; luthierctl runs lists them");
}

/// Where a transfer's files lie, if it has a folder in transfers/ itself; else empty.
fs::path folder_of_transfer(const Workspace& workspace, const db::TransferRow& row) {
  if (row.folder.empty()) return {};
  const fs::path folder = workspace.resolve(row.folder).lexically_normal();
  return folder.parent_path() == workspace.transfers() && folder != workspace.transfers() ? folder : fs::path();
}

/// The folders of transfers that are not kept; not those in which something kept lies too.
std::vector<std::pair<db::TransferId, fs::path>> old_transfers(const Workspace& workspace, db::Catalog& catalog) {
  std::vector<std::pair<db::TransferId, fs::path>> old;
  std::set<fs::path> kept;
  for (const auto& row : catalog.transfers().all(1'000'000)) {
    const fs::path folder = folder_of_transfer(workspace, row);
    if (folder.empty()) continue;
    if (row.kept) kept.insert(folder);
    else old.emplace_back(row.id, folder);
  }
  std::erase_if(old, [&](const auto& one) { return kept.contains(one.second); });
  return old;
}

}  // namespace

FreedFiles free_unused_files(const Workspace& workspace, db::Catalog& catalog, bool dry_run) {
  FreedFiles freed;
  std::set<std::string> named;
  std::vector<db::RecordingId> unused;
  std::set<std::string> unused_paths;
  for (const auto& recording : catalog.recordings().without_clips()) {
    unused.push_back(recording.id);
    unused_paths.insert(recording.path);
  }
  for (const auto& recording : catalog.recordings().all())
    if (!unused_paths.contains(recording.path)) named.insert(recording.path);
  if (!dry_run) {
    db::Transaction transaction(catalog);
    catalog.recordings().remove(unused);
    catalog.journal().trim(0);
    transaction.commit();
  }
  for (const fs::path& file : files_below(workspace.audio())) {
    const std::string path = workspace.catalog_path(file);
    if (named.contains(path) || (!unused_paths.contains(path) && is_fresh(file))) continue;
    count_and_remove(file, dry_run, freed);
  }
  for (const fs::path& folder : stale_unpacked(workspace)) {
    for (const fs::path& file : files_below(folder)) count_and_remove(file, dry_run, freed);
    if (!dry_run) remove_folder(folder);
  }
  return freed;
}

FreedFiles free_features(const Workspace& workspace, bool dry_run) {
  FreedFiles freed;
  for (const fs::path& file : files_below(workspace.features())) count_and_remove(file, dry_run, freed);
  return freed;
}

FreedFiles free_run(const Workspace& workspace, db::Catalog& catalog, const std::string& run, bool dry_run) {
  if (dry_run) return size_of(folder_of_run(workspace, run));
  const RunLock lock(folder_of_run(workspace, run));
  forget_run(catalog, run);
  return remove_run_folder(folder_of_run(workspace, run));
}

FreedFiles free_run_files(const Workspace& workspace, const std::string& run) {
  const fs::path folder = folder_of_run(workspace, run);
  if (RunLock::is_held(folder)) throw SessionError("the run '" + run + "' is being trained by another program; watch it, or stop it first");
  return remove_run_folder(folder);
}

void forget_run(db::Catalog& catalog, const std::string& run) {
  if (const auto row = catalog.runs().find(run)) catalog.runs().remove(row->id);
}

FreedFiles free_transfers(const Workspace& workspace, db::Catalog& catalog, bool dry_run) {
  FreedFiles freed;
  for (const auto& [id, folder] : old_transfers(workspace, catalog)) {
    const FreedFiles size = size_of(folder);
    freed.files += size.files, freed.bytes += size.bytes;
    if (dry_run) continue;
    catalog.transfers().remove(id);
    remove_folder(folder);
  }
  return freed;
}

FreedFiles free_transfer(const Workspace& workspace, db::Catalog& catalog, db::TransferId id, bool dry_run) {
  const auto row = catalog.transfers().get(id);
  if (!row) throw SessionError("there is no transfer " + std::to_string(id.value) + " in this workspace; luthierctl transfers lists them");
  FreedFiles freed;
  const fs::path folder = folder_of_transfer(workspace, *row);
  const auto all = catalog.transfers().all(1'000'000);
  const bool shared = std::any_of(all.begin(), all.end(), [&](const auto& other) { return other.id != id && other.folder == row->folder; });
  if (!dry_run) catalog.transfers().remove(id);
  if (folder.empty()) return freed;
  if (shared) {
    for (const fs::path& file : {folder / row->audio, (folder / row->audio).replace_extension(".json"), folder / row->image})
      if (file != folder && fs::is_regular_file(file)) count_and_remove(file, dry_run, freed);
    return freed;
  }
  freed = size_of(folder);
  if (!dry_run) remove_folder(folder);
  return freed;
}

std::vector<DiskItem> disk_use(const Workspace& workspace, const std::stop_token& stop) {
  const auto catalog = workspace.open_catalog();
  const bool writable = ::access(workspace.folder().c_str(), W_OK) == 0;  // on a full disk the catalog alone is not
  std::vector<DiskItem> items;
  const auto add = [&](DiskPart part, FreedFiles size, bool removable) {
    if (size.files > 0) items.push_back({part, {}, {}, size, removable && writable});
  };
  FreedFiles own;
  for (const char* ending : {"", "-wal", "-shm"}) count_and_remove(workspace.catalog_file().string() + ending, true, own);
  add(DiskPart::catalog, own, false);
  const FreedFiles unused = free_unused_files(workspace, *catalog, true);
  FreedFiles audio = size_of(workspace.audio());
  for (const fs::path& folder : stale_unpacked(workspace)) {
    const FreedFiles left = size_of(folder);
    audio.files += left.files, audio.bytes += left.bytes;
  }
  add(DiskPart::audio, {audio.files - unused.files, audio.bytes - unused.bytes}, false);
  add(DiskPart::unused_audio, unused, true);
  add(DiskPart::features, free_features(workspace, true), true);
  const FreedFiles old = free_transfers(workspace, *catalog, true), transfers = size_of(workspace.transfers());
  add(DiskPart::transfers, {transfers.files - old.files, transfers.bytes - old.bytes}, false);
  add(DiskPart::old_transfers, old, true);
  add(DiskPart::exports, size_of(workspace.exports()), false);
  std::vector<DiskItem> runs;
  const RunTitles titles = run_titles(workspace);
  for (const RunSummary& run : list_runs(workspace.folder())) {
    if (stop.stop_requested()) break;
    std::string note = run.family.empty() ? run.status : run.family + ", " + run.status;
    if (const auto title = titles.find(run.id); title != titles.end()) note = title->second + ": " + note;
    if (run.total_steps > 0) note += ", step " + std::to_string(run.step) + " of " + std::to_string(run.total_steps);
    runs.push_back({DiskPart::run, run.id, note, size_of(run.folder), writable && run.status != "running" && run.status != "paused"});
  }
  std::stable_sort(runs.begin(), runs.end(), [](const DiskItem& a, const DiskItem& b) { return a.size.bytes > b.size.bytes; });
  items.insert(items.end(), runs.begin(), runs.end());
  return items;
}

const char* to_text(DiskPart part) {
  switch (part) {
    case DiskPart::catalog: return "catalog";
    case DiskPart::audio: return "sounds";
    case DiskPart::unused_audio: return "sounds of no clip";
    case DiskPart::features: return "feature cache";
    case DiskPart::run: return "run";
    case DiskPart::transfers: return "transfers";
    case DiskPart::old_transfers: return "transfers not kept";
    case DiskPart::exports: return "exports";
  }
  return "";
}

}  // namespace luthier
