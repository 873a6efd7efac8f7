#pragma once
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/evaluate/bootstrap.h"
#include "core/run/events.h"

namespace luthier {

enum class Better { lower, higher, one };

/// A column.
struct MetricInfo {
  std::string id;     ///< "lsd"
  std::string title;  ///< "LSD"
  std::string unit;   ///< "dB", "%", "ratio", …
  Better better = Better::lower;
  int decimals = 2;
  std::string help;
};

/// All columns in their order; see metrics.h, recognition.h and frechet.h for the formulas.
const std::vector<MetricInfo>& metric_columns();

/// Mean values of one ordered pair of instruments.
struct DirectionFigures {
  std::string content, target;
  int cases = 0;
  std::map<std::string, double> values;  ///< by metric id
};

struct EvaluationRow {
  std::string name;
  int cases = 0;
  long windows = 0;               ///< one-second windows behind the Fréchet distance, all targets together
  long parameters = 0;            ///< 0: no model
  double training_minutes = -1;   ///< < 0: not known
  double peak_memory_mb = -1;     ///< of the whole process while this row ran; < 0: not known
  std::map<std::string, Interval> figures;  ///< by metric id; absent: not measured
  std::vector<DirectionFigures> directions;
};

/// Rows x metrics, with 95 % intervals over phrases and a matrix of directions. A plain value.
struct EvaluationTable {
  Outcome outcome = Outcome::done;  ///< cancelled: the rows that were finished
  std::string protocol;
  std::map<std::string, std::string> record;  ///< phrases, seed, fonts and their hashes, machine threads, commit …
  std::vector<EvaluationRow> rows;

  const EvaluationRow* row(const std::string& name) const;  ///< null when there is none
};

/// Columns that any row has a value for.
std::vector<MetricInfo> used_columns(const EvaluationTable& table);
/// For ordering values of a column: lower is better; infinite for what is not finite.
double badness(const MetricInfo& metric, double value);
/// The truth itself, an oracle or the control with the style swapped: shown to read the others by, never the best.
bool is_reference_row(const EvaluationRow& row);
/// The best of the other rows in this column, among those with the most cases: fewer phrases may be easier ones. Null when none has a value.
const EvaluationRow* best_row(const EvaluationTable& table, const MetricInfo& metric);

nlohmann::json to_json(const EvaluationTable& table);
/// Throws EvaluationError when it is not such a table.
EvaluationTable table_from_json(const nlohmann::json& json);
/// Markdown with intervals and gains over the row "copy content".
std::string to_markdown(const EvaluationTable& table);
/// Aligned columns for a terminal. `directions`: also the matrix of LSD and second judge of every row.
std::string to_text(const EvaluationTable& table, bool directions = false);

}  // namespace luthier
