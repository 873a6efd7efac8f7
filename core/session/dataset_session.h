#pragma once
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data/sound_measures.h"
#include "core/run/progress.h"
#include "core/session/workspace.h"

namespace luthier {

struct RepresentationSpec;

/// How a measure is spread over the clips of a label.
struct Spread {
  double mean = 0, deviation = 0, least = 0, median = 0, most = 0;
};

struct LabelMeasures {
  std::string label;
  std::int64_t clips = 0;
  std::map<std::string, Spread> measures;  ///< by MeasureInfo::id
};

struct DatasetRequest {
  std::string label;                ///< only this one; empty: every label
  std::filesystem::path plots;      ///< PNG of every measure by label; empty: none
  std::filesystem::path map;        ///< PNG: clips as points by timbre (t-SNE), coloured by label; empty: none
  std::int64_t most_map_clips = 1500;
};

struct DatasetAnalysis {
  std::vector<LabelMeasures> labels;  ///< in order of name
  std::vector<std::string> skipped;   ///< a sentence for every clip that could not be read
  bool stopped = false;               ///< a stop was asked for; nothing was written
};

/// Reads every labelled clip that is not excluded and measures it; draws what was asked for. Existing pictures are never
/// overwritten. Blocks. Throws SessionError or db::DbError.
DatasetAnalysis analyse_dataset(const Workspace& workspace, const DatasetRequest& request, const ProgressSink& progress, std::stop_token stop);

/// CSV with a row for every label and a mean, deviation, least, median and most of every measure, units in the head. Never
/// overwrites. Throws SessionError.
void write_measures_table(const std::filesystem::path& file, const std::vector<LabelMeasures>& labels);

/// Statistics of "stft_cqt" features of a label's training clips (of all labels: empty) as the disentangled family's .npz.
/// Returns how many clips there were; 0 and no file when stopped. Throws SessionError, ConfigError or NpzError.
std::int64_t write_label_statistics(const Workspace& workspace, const std::string& label, const RepresentationSpec& spec,
                                    const std::filesystem::path& output, const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
