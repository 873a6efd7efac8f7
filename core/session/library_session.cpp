#include "core/session/library_session.h"

#include <functional>
#include <map>
#include <utility>

#include "audio/reader.h"
#include "core/session/content_hash.h"
#include "core/session/cutting.h"
#include "core/session/progress_meter.h"
#include "core/session/sound_files.h"
#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "db/label_store.h"
#include "db/pair_store.h"
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
  std::vector<db::RecordingId> recordings;
  for (const auto& recording : catalog.recordings().of_clips(ids)) recordings.push_back(recording.id);
  return recordings;
}

/// The clip, and the row of other frames of its recording.
std::pair<db::ClipView, db::ClipRow> cut_of(const Workspace& workspace, db::Catalog& catalog, db::ClipId id, std::int64_t start, std::int64_t frames) {
  const auto view = catalog.clips().view(id);
  if (!view) throw SessionError("there is no clip " + std::to_string(id.value));
  if (start < 0 || frames < 1 || start + frames > view->recording_frames)
    throw SessionError("a clip must lie within its recording and have a length; '" + view->name + "' has " + std::to_string(view->recording_frames) + " frames");
  db::ClipRow row = clip_of(audio::read_audio(workspace.resolve(view->path), start, frames), 0, frames);
  if (row.pad_frames > 0) throw SessionError("'" + view->path + "' is shorter than the catalog says; put the imported file back, or remove its clips and import it again");
  row.start_frame = start;
  return {*view, row};
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
  const auto [view, extent] = cut_of(workspace, catalog, id, start_frame, frame_count);
  if (start_frame == view.clip.start_frame && frame_count == view.clip.frame_count && view.clip.pad_frames == 0) return {};
  return step(catalog, "cut clip " + std::to_string(id.value) + " anew", [&, &cut = extent] {
    catalog.clips().set_extent(id, cut);
    catalog.clips().set_phrase({id}, std::nullopt);
    std::vector<db::PairId> untrue;  // what is known as the target no longer plays the content's notes
    for (const db::PairRow& pair : catalog.pairs().of_clip(id))
      if (pair.target && (pair.content == id || *pair.target == id)) untrue.push_back(pair.id);
    if (!untrue.empty()) catalog.pairs().remove(untrue);
  });
}

db::ClipId cut_new_clip(const Workspace& workspace, db::Catalog& catalog, db::ClipId id, std::int64_t start_frame, std::int64_t frame_count) {
  auto [view, clip] = cut_of(workspace, catalog, id, start_frame, frame_count);
  clip.recording = view.clip.recording, clip.label = view.clip.label, clip.split = view.clip.split;
  db::ClipId made;
  step(catalog, "cut a new clip out of clip " + std::to_string(id.value), [&, &source = view, &row = clip] {
    made = catalog.clips().add(row);
    for (const std::string& tag : source.tags) catalog.clips().add_tag({made}, catalog.labels().tag(tag));
  });
  return made;
}

ClipIds extra_duplicates(db::Catalog& catalog) { return catalog.clips().ids("dup:extra excluded:no", {db::ClipColumn::content}); }

db::EditId exclude_duplicates(db::Catalog& catalog) {
  const ClipIds ids = extra_duplicates(catalog);
  return step(catalog, "exclude " + clips_text(ids) + " that occur twice", [&] { catalog.clips().set_excluded(ids, true); });
}

db::EditId remove_duplicates(db::Catalog& catalog) {
  const ClipIds ids = extra_duplicates(catalog);
  return step(catalog, "remove " + clips_text(ids) + " that occur twice", [&] { catalog.clips().remove(ids); });
}

db::EditId remove_clips(db::Catalog& catalog, const ClipIds& ids) {
  return step(catalog, "remove " + clips_text(ids), [&] { catalog.clips().remove(ids); });
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
