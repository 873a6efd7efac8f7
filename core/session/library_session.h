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
/// Other frames of the same recording, without padding. The clip leaves its phrase, as it no longer plays all of its notes, and
/// pairs in which it is the content of a known target, or that target, go. Reads the file; throws audio::AudioError or SessionError as well.
db::EditId recut_clip(const Workspace& workspace, db::Catalog& catalog, db::ClipId id, std::int64_t start_frame, std::int64_t frame_count);
/// A new clip of other frames of the clip's recording, with its label, tags and split. Throws as recut_clip().
db::ClipId cut_new_clip(const Workspace& workspace, db::Catalog& catalog, db::ClipId id, std::int64_t start_frame, std::int64_t frame_count);

/// Of clips with the same samples all but one are extra: the one that is kept is not excluded, labelled, best rated, oldest.
/// Those that are excluded already are not counted.
ClipIds extra_duplicates(db::Catalog& catalog);
db::EditId exclude_duplicates(db::Catalog& catalog);
db::EditId remove_duplicates(db::Catalog& catalog);

/// Out of the catalog; the sound files stay (undo needs them) until free_unused_files() (disk_session.h).
db::EditId remove_clips(db::Catalog& catalog, const ClipIds& ids);

struct RelinkResult {
  std::int64_t missing = 0;  ///< recordings whose file is not where it was
  std::int64_t found = 0;    ///< of these, found again by size and hash
};
/// Looks for every recording's file, marks the missing ones, and searches `folders` for them by content. Nothing is
/// changed for files that are where they were.
RelinkResult relink_missing(const Workspace& workspace, db::Catalog& catalog, const std::vector<std::filesystem::path>& folders,
                            const ProgressSink& progress = {}, std::stop_token stop = {});

}  // namespace luthier
