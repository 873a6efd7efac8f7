#include "core/session/library_session.h"

#include <functional>
#include <map>
#include <set>

#include "audio/reader.h"
#include "core/session/content_hash.h"
#include "core/session/cutting.h"
#include "core/session/progress_meter.h"
#include "core/session/sound_files.h"
#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "db/label_store.h"
#include "db/phrase_store.h"
#include "db/recording_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

std::string clips_text(const ClipIds& ids) { return ids.size() == 1 ? "1 clip" : std::to_string(ids.size()) + " clips"; }

db::EditId step(db::Catalog& catalog, const std::string& title, const std::function<void()>& change) {
  db::Edit edit(catalog, title);
  change();
  return edit.commit();
}

std::vector<db::RecordingId> recordings_of(db::Catalog& catalog, const ClipIds& ids) {
  std::set<db::RecordingId> recordings;
  for (const db::ClipId id : ids)
    if (const auto clip = catalog.clips().get(id)) recordings.insert(clip->recording);
  return {recordings.begin(), recordings.end()};
}

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

}  // namespace

db::EditId label_clips(db::Catalog& catalog, const ClipIds& ids, const std::string& label) {
  const std::string title = label.empty() ? "remove the label of " + clips_text(ids) : "label " + clips_text(ids) + " " + label;
  return step(catalog, title, [&] {
    catalog.clips().set_label(ids, label.empty() ? std::nullopt : std::optional(catalog.labels().label(label)));
  });
}

db::EditId tag_clips(db::Catalog& catalog, const ClipIds& ids, const std::string& tag, bool present) {
  return step(catalog, (present ? "tag " : "remove tag from ") + clips_text(ids) + " " + tag, [&] {
    if (present) {
      catalog.clips().add_tag(ids, catalog.labels().tag(tag));
    } else if (const auto found = catalog.labels().find_tag(tag)) {
      catalog.clips().remove_tag(ids, found->id);
    } else {
      throw db::DbError("there is no tag '" + tag + "'");
    }
  });
}

db::EditId exclude_clips(db::Catalog& catalog, const ClipIds& ids, bool excluded) {
  return step(catalog, (excluded ? "exclude " : "include ") + clips_text(ids), [&] { catalog.clips().set_excluded(ids, excluded); });
}

db::EditId rate_clips(db::Catalog& catalog, const ClipIds& ids, int rating) {
  return step(catalog, "rate " + clips_text(ids) + " " + std::to_string(rating), [&] { catalog.clips().set_rating(ids, rating); });
}

db::EditId note_clips(db::Catalog& catalog, const ClipIds& ids, const std::string& notes) {
  return step(catalog, "notes of " + clips_text(ids), [&] { catalog.clips().set_notes(ids, notes); });
}

db::EditId split_clips(db::Catalog& catalog, const ClipIds& ids, db::Split split) {
  return step(catalog, "put " + clips_text(ids) + " to " + to_text(split), [&] { catalog.clips().set_split(ids, split); });
}

db::EditId phrase_clips(db::Catalog& catalog, const ClipIds& ids, const std::string& phrase) {
  return step(catalog, "phrase of " + clips_text(ids), [&] {
    std::optional<db::PhraseId> id;
    if (!phrase.empty()) {
      const auto found = catalog.phrases().find(phrase);
      id = found ? found->id : catalog.phrases().add({{}, phrase});
    }
    catalog.clips().set_phrase(ids, id);
  });
}

db::EditId set_rights(db::Catalog& catalog, const ClipIds& ids, const std::string& rights) {
  return step(catalog, "rights of " + clips_text(ids), [&] { catalog.recordings().set_rights(recordings_of(catalog, ids), rights); });
}

db::EditId set_source(db::Catalog& catalog, const ClipIds& ids, const std::string& source) {
  return step(catalog, "source of " + clips_text(ids), [&] { catalog.recordings().set_source(recordings_of(catalog, ids), source); });
}

db::EditId recut_clip(const Workspace& workspace, db::Catalog& catalog, db::ClipId id, std::int64_t start_frame, std::int64_t frame_count) {
  const auto view = catalog.clips().view(id);
  if (!view) throw SessionError("there is no clip " + std::to_string(id.value));
  if (start_frame < 0 || frame_count < 1) throw SessionError("a clip must lie within its recording and have a length");
  db::ClipRow extent = clip_of(audio::read_audio(workspace.resolve(view->path), start_frame, frame_count), 0, frame_count);
  extent.start_frame = start_frame;
  return step(catalog, "cut clip " + std::to_string(id.value) + " anew", [&] { catalog.clips().set_extent(id, extent); });
}

db::EditId remove_clips(db::Catalog& catalog, const ClipIds& ids) {
  return step(catalog, "remove " + clips_text(ids), [&] { catalog.clips().remove(ids); });
}

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
  for (const fs::path& file : files_below(workspace.audio()))
    if (!named.contains(workspace.catalog_path(file))) count_and_remove(file, dry_run, freed);
  return freed;
}

FreedFiles free_features(const Workspace& workspace, bool dry_run) {
  FreedFiles freed;
  for (const fs::path& file : files_below(workspace.features())) count_and_remove(file, dry_run, freed);
  return freed;
}

RelinkResult relink_missing(const Workspace& workspace, db::Catalog& catalog, const std::vector<fs::path>& folders, const ProgressSink& progress,
                            std::stop_token stop) {
  RelinkResult result;
  std::multimap<std::int64_t, db::RecordingRow> missing;  // by size: only files of a missing size are hashed
  for (auto& recording : catalog.recordings().all()) {
    std::error_code error;
    const bool there = fs::is_regular_file(workspace.resolve(recording.path), error);
    if (there == recording.missing) catalog.recordings().set_missing(recording.id, !there);
    if (!there) missing.emplace(recording.bytes, std::move(recording));
  }
  result.missing = static_cast<std::int64_t>(missing.size());
  if (missing.empty() || folders.empty()) return result;
  const SoundFiles found = find_sound_files(folders, stop);
  ProgressMeter meter(progress, static_cast<double>(found.files.size()));
  double done = 0;
  for (const fs::path& file : found.files) {
    if (stop.stop_requested() || missing.empty()) break;
    meter.report(++done, file.filename().string());
    std::error_code error;
    const auto size = static_cast<std::int64_t>(fs::file_size(file, error));
    if (error || missing.count(size) == 0) continue;
    const std::string hash = sha256_of_file(file, stop);
    for (auto [it, end] = missing.equal_range(size); it != end; ++it) {
      if (it->second.sha256 != hash) continue;
      catalog.recordings().set_path(it->second.id, workspace.catalog_path(file));
      missing.erase(it);
      ++result.found;
      break;
    }
  }
  meter.finish(std::to_string(result.found) + " found");
  return result;
}

}  // namespace luthier
