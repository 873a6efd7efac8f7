#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "core/session/workspace.h"

namespace luthier {

/// Pairs that could be made with this clip as content, each with its reason. First those whose target is known: clips of another
/// label that play the same phrase at the same place, with a style from another phrase by that label. Then clips of another label
/// that sound most like it, as the map that was made last has them (none without a map). Clips that are excluded, missing,
/// without label or of another split are left out. At most `count` of either kind. With `style` only pairs with that style. Reads the
/// map: not for the GUI thread. Throws SessionError where there is no such clip.
std::vector<db::PairRow> suggest_pairs(const Workspace& workspace, db::ClipId content, std::size_t count = 6, std::optional<db::ClipId> style = {});

}  // namespace luthier
