#include "core/session/comparison_figures.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/config/schema.h"
#include "core/evaluate/clip_analysis.h"
#include "core/families/family.h"
#include "core/session/csv.h"
#include "core/session/sound_figures.h"

namespace luthier {

std::vector<ComparedFigures> compare_to_truth(const std::vector<ComparedSound>& sounds, std::size_t truth, const ProgressSink& progress, std::stop_token stop) {
  if (truth >= sounds.size())
    throw ConfigError("There is no sound number " + std::to_string(truth + 1) + " to measure against; there are " + std::to_string(sounds.size()) + ".");
  std::vector<ComparedFigures> rows;
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    if (stop.stop_requested()) throw Cancelled();
    if (progress) progress({static_cast<double>(i) / static_cast<double>(sounds.size()), sounds[i].title, -1});
    ComparedFigures row{sounds[i].title, i == truth, {}, {}};
    try {
      if (!row.truth) row.figures = sound_figures(sounds[i].sound, sounds[truth].sound);
    } catch (const EvaluationError& error) {
      row.not_measured = error.what();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string figures_csv(const std::vector<ComparedFigures>& rows) {
  std::string out = "sound,role";
  for (const MetricInfo& metric : sound_figure_columns()) out += "," + metric.id;
  out += ",remark\n";
  for (const ComparedFigures& row : rows) {
    out += csv_cell(row.title) + (row.truth ? ",truth" : ",sound");
    for (const MetricInfo& metric : sound_figure_columns()) {
      const double value = figure_named(row.figures, metric.id);
      out += "," + (std::isfinite(value) ? nlohmann::json(value).dump() : std::string());
    }
    out += "," + csv_cell(row.not_measured) + "\n";
  }
  return out;
}

}  // namespace luthier
