#pragma once
#include <cstdint>
#include <vector>

#include "db/catalog.h"

namespace luthier {

/// (content, style, target) rows over clips that share a phrase: content and target start at the same place of it and differ in
/// label; style is a clip of another phrase by the target's label. All three are of one split. `count` 0: each (content,
/// target) once, in a drawn order; else that many of them. Throws SessionError where a phrase has clips for training and clips
/// for validation or test, and where no phrase is played by two labels.
std::vector<db::PairRow> phrase_pairs(db::Catalog& catalog, std::int64_t count, std::uint32_t seed);

/// Other clips of this clip's phrase and place, by other labels: the targets there are truth for.
std::vector<db::ClipId> same_phrase_clips(db::Catalog& catalog, db::ClipId clip);

}  // namespace luthier
