#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/session/dataset_session.h"

namespace luthier {

/// PNG with a panel for every measure: for each label the whole span, a deviation around the mean, the mean and the median.
/// Throws SessionError.
void write_measure_figure(const std::filesystem::path& file, const std::vector<LabelMeasures>& labels, const std::map<std::string, std::string>& texts);

/// PNG with a point for every clip, coloured by label. `places` and `labels` have the same length. Throws SessionError.
void write_map_figure(const std::filesystem::path& file, const std::vector<std::pair<double, double>>& places, const std::vector<std::string>& labels,
                      const std::map<std::string, std::string>& texts);

}  // namespace luthier
