#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/session/workspace.h"

namespace luthier {

/// A pair by label and place: `index` counts the label's clips in the order of clip_names.h, that of the exported files.
struct IndexedPair {
  std::string content_label;
  std::int64_t content_index = 0;
  std::string style_label;
  std::int64_t style_index = 0;
  bool operator==(const IndexedPair&) const = default;
};

/// The published generator, row by row: NumPy's RandomState(seed), labels sorted; per row choice(labels, 2, replace=False), then
/// randint(0, number of clips) for each side. Throws SessionError for fewer than two labels or a label without clips.
std::vector<IndexedPair> generate_indexed_pairs(const std::vector<std::pair<std::string, std::int64_t>>& label_counts, std::int64_t count, std::uint32_t seed);

/// "label1,idx1,label2,idx2" lines without header.
std::string pairs_to_csv(const std::vector<IndexedPair>& pairs);
/// Throws SessionError naming the line and what is wrong with it.
std::vector<IndexedPair> pairs_from_csv(const std::string& text);

struct PairSetSummary {
  std::string name;
  std::int64_t pairs = 0;
};

/// Pairs over the workspace's labelled clips as the published generator draws them; kept as a pair set. `name` empty: made up.
PairSetSummary generate_pairs(const Workspace& workspace, std::int64_t count, std::uint32_t seed, const std::string& name = {});
/// Pairs with known targets: content and target play one phrase, style is another phrase by the target's instrument. Never
/// across splits. `count` 0: all ordered pairs of every phrase. Throws SessionError where no phrase is shared.
PairSetSummary generate_phrase_pairs(const Workspace& workspace, std::int64_t count, std::uint32_t seed, const std::string& name = {});
/// Throws SessionError for wrong columns, labels or indexes, naming the line; nothing is kept then.
PairSetSummary import_pairs(const Workspace& workspace, const std::filesystem::path& csv, const std::string& name = {});
/// Writes a pair set ("" = the newest) as CSV. Throws SessionError.
std::int64_t export_pairs(const Workspace& workspace, const std::filesystem::path& csv, const std::string& name = {});
std::vector<PairSetSummary> list_pair_sets(const Workspace& workspace);

}  // namespace luthier
