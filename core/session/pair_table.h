#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/run/progress.h"

namespace luthier {

/// A pair by label and place: `index` counts the label's clips in the order of clip_names.h, that of the exported files.
struct IndexedPair {
  std::string content_label;
  std::int64_t content_index = 0;
  std::string style_label;
  std::int64_t style_index = 0;
  std::string target_label;        ///< empty: no target known
  std::int64_t target_index = 0;
  bool operator==(const IndexedPair&) const = default;
};

using LabelCounts = std::vector<std::pair<std::string, std::int64_t>>;

/// The published generator, row by row: NumPy's RandomState(seed), labels sorted; per row choice(labels, 2, replace=False), then
/// randint(0, number of clips) for each side, each label by its own count. Throws SessionError for fewer than two labels or a
/// label without clips, for more than ten million pairs, and when stopped.
std::vector<IndexedPair> generate_indexed_pairs(const LabelCounts& label_counts, std::int64_t count, std::uint32_t seed, const ProgressSink& progress = {},
                                                const std::stop_token& stop = {});

/// One folder per label, files counted: the same table for a data set on disk that is not imported. Throws SessionError.
LabelCounts count_files_by_folder(const std::filesystem::path& folder);

/// "label1,idx1,label2,idx2" lines without header; with `targets` ",label3,idx3" more, empty where no target is known. A label
/// with a comma or a quote is quoted as pandas does.
std::string pairs_to_csv(const std::vector<IndexedPair>& pairs, bool targets = false);
/// Reads either kind. Throws SessionError naming the line and what is wrong with it. `lines` gets each row's line, from 1.
std::vector<IndexedPair> pairs_from_csv(const std::string& text, std::vector<std::int64_t>* lines = nullptr);

}  // namespace luthier
