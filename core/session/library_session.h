#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/run/progress.h"
#include "core/session/workspace.h"

/// What people do to clips: each call is one transaction and one undo step, on disk when it returns. All throw db::DbError;
/// the number returned is 0 when nothing changed.
namespace luthier {

using ClipIds = std::vector<db::ClipId>;

db::EditId label_clips(db::Catalog& catalog, const ClipIds& ids, const std::string& label);  ///< empty: take the label away
db::EditId tag_clips(db::Catalog& catalog, const ClipIds& ids, const std::string& tag, bool present = true);
db::EditId exclude_clips(db::Catalog& catalog, const ClipIds& ids, bool excluded);
db::EditId rate_clips(db::Catalog& catalog, const ClipIds& ids, int rating);  ///< 0..5
db::EditId note_clips(db::Catalog& catalog, const ClipIds& ids, const std::string& notes);
db::EditId split_clips(db::Catalog& catalog, const ClipIds& ids, db::Split split);
/// Gives the clips one phrase, made if there is none of that name; empty: takes the phrase away.
db::EditId phrase_clips(db::Catalog& catalog, const ClipIds& ids, const std::string& phrase);
/// Of the recordings of these clips.
db::EditId set_rights(db::Catalog& catalog, const ClipIds& ids, const std::string& rights);
db::EditId set_source(db::Catalog& catalog, const ClipIds& ids, const std::string& source);
/// Other frames of the same recording. Reads the file; throws audio::AudioError or SessionError as well.
db::EditId recut_clip(const Workspace& workspace, db::Catalog& catalog, db::ClipId id, std::int64_t start_frame, std::int64_t frame_count);

/// Out of the catalog; the sound files stay (undo needs them) until free_unused_files().
db::EditId remove_clips(db::Catalog& catalog, const ClipIds& ids);

struct FreedFiles {
  std::int64_t files = 0, bytes = 0;
};
/// Files in audio/ that no recording names, and recordings that no clip uses with their files in audio/ (files used in place are
/// never touched). With `dry_run` only counted. Forgets the undo journal, as steps in it may need those files.
FreedFiles free_unused_files(const Workspace& workspace, db::Catalog& catalog, bool dry_run);
/// Bytes of the feature cache; with `dry_run` false it is emptied (features are made again when needed).
FreedFiles free_features(const Workspace& workspace, bool dry_run);

struct RelinkResult {
  std::int64_t missing = 0;  ///< recordings whose file is not where it was
  std::int64_t found = 0;    ///< of these, found again by size and hash
};
/// Looks for every recording's file, marks the missing ones, and searches `folders` for them by content. Nothing is
/// changed for files that are where they were.
RelinkResult relink_missing(const Workspace& workspace, db::Catalog& catalog, const std::vector<std::filesystem::path>& folders,
                            const ProgressSink& progress = {}, std::stop_token stop = {});

}  // namespace luthier
