#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/session/pair_table.h"
#include "core/run/progress.h"
#include "core/session/workspace.h"
#include "db/rows.h"

namespace luthier {

struct PairSetSummary {
  std::string name;
  std::int64_t pairs = 0;
  std::string kind = {};         ///< "generated", "phrase", "imported" …
  std::int64_t with_target = 0;  ///< pairs whose target is known
  std::int64_t kept_out = 0;     ///< clips left out because they are kept for validation or test
};

/// A clip of a pair, with what it is used for.
struct PairedClip {
  db::ClipId id;
  db::Split split = db::Split::none;
};

/// Why these clips are no pair, one sentence with the cure; empty: they are one. A clip may not be its own style or target, and clips
/// kept for validation or test are not paired with others: what is measured on would be trained on.
std::string pair_problem(const PairedClip& content, const PairedClip& style, const std::optional<PairedClip>& target = {});

/// Pairs over the workspace's labelled clips as the published generator draws them; kept as a pair set. `name` empty: made up.
/// Clips kept for validation or test are left out. When stopped, a SessionError: nothing is kept then.
PairSetSummary generate_pairs(const Workspace& workspace, std::int64_t count, std::uint32_t seed, const std::string& name = {}, const ProgressSink& progress = {},
                              const std::stop_token& stop = {});
/// Pairs with known targets: content and target are the same part of one phrase by two labels, style is another phrase by the
/// target's label. Never across splits; a phrase with clips on both sides is refused. `count` 0: all ordered pairs of
/// every phrase. Throws SessionError where no phrase is shared.
PairSetSummary generate_phrase_pairs(const Workspace& workspace, std::int64_t count, std::uint32_t seed, const std::string& name = {});
/// Throws SessionError for wrong columns, labels or indexes and for pairs with a pair_problem(), naming the lines; nothing is kept then.
PairSetSummary import_pairs(const Workspace& workspace, const std::filesystem::path& csv, const std::string& name = {});
/// Writes a pair set ("" = the newest) as CSV, whole or not at all; with `targets` in six columns. Throws SessionError.
std::int64_t export_pairs(const Workspace& workspace, const std::filesystem::path& csv, const std::string& name = {}, bool targets = false);
std::vector<PairSetSummary> list_pair_sets(const Workspace& workspace);  ///< newest first
/// One pair at the end of the set, which is made where there is none of that name; `target` 0: not known; `reason` empty: "chosen by
/// hand". An undo step. Throws SessionError where a clip is not there, and where there is a pair_problem().
void add_pair(const Workspace& workspace, const std::string& set, std::int64_t content, std::int64_t style, std::int64_t target = 0, const std::string& reason = {});
/// The same inside an undo step that is open; of `pair` the clips and the reason are read.
void add_pair(db::Catalog& catalog, const std::string& set, db::PairRow pair);
/// The pairs of a set in their order. Throws SessionError where there is none of that name.
std::vector<db::PairRow> pairs_of_set(const Workspace& workspace, const std::string& set);
/// Takes pairs out of a set, by their places in pairs_of_set() counted from 1. One undo step. Throws SessionError.
void remove_pairs(const Workspace& workspace, const std::string& set, const std::vector<std::int64_t>& rows);
/// An undo step. Throws SessionError where there is none of that name, and where the new name is taken or is not one line of text.
void rename_pair_set(const Workspace& workspace, const std::string& set, const std::string& name);
/// The same inside an undo step that is open.
void rename_pair_set(db::Catalog& catalog, db::PairSetId set, const std::string& name);
/// An undo step. Throws SessionError where there is none of that name.
void remove_pair_set(const Workspace& workspace, const std::string& name);

}  // namespace luthier
