#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/data/clip_set.h"

namespace luthier {

/// Gives every clip whose `split` is empty one of "train" (80 %), "validation" and "test" (10 % each), the same for the same
/// clips and seed. Clips that share a phrase or a recording are never parted, and go where a clip of theirs already is; the
/// shares are kept for each set of labels, so every label is measured where it can be. Only where a label has no other
/// choice (all of it is one recording) is that recording cut in time: train, test, validation from front to back.
/// Returns sentences about such cuts. Clips are taken in the order given, which must be stable.
std::vector<std::string> assign_splits(std::vector<ClipInfo>& clips, std::uint64_t seed);

}  // namespace luthier
