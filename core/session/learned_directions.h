#pragma once
#include <map>
#include <string>
#include <vector>

namespace luthier {

/// Those of `directions` ("piano>violin") that a model has learned, by its checkpoint's record: a translator between two groups
/// of labels says source_labels, target_labels and whether it knows both directions. Others are taken to know them all. May be
/// empty.
std::vector<std::string> learned_directions(const std::map<std::string, std::string>& record, std::vector<std::string> directions);

}  // namespace luthier
