#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/evaluate/evaluation_table.h"
#include "core/session/compare_session.h"

namespace luthier {

struct ReportRequest {
  ComparisonRequest comparison;   ///< sounds (may be none), truth, difference, record; its folder is not used
  std::vector<std::pair<std::string, EvaluationTable>> tables;  ///< titled tables of protocols, shown below the sounds
  std::filesystem::path file;     ///< .html or .htm; never overwritten
};

/// Writes one HTML file that needs nothing else: the picture as SVG, the sounds as FLAC inside the page (keys 1 … 9 switch between
/// them at one position, 0 plays the truth), the table of figures, tables of evaluations, and the record as JSON. Throws
/// ConfigError, SessionError or audio::AudioError.
void write_report(const ReportRequest& request);

}  // namespace luthier
