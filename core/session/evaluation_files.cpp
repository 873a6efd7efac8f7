#include "core/session/evaluation_files.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/config/schema.h"
#include "core/evaluate/clip_analysis.h"
#include "core/session/carried_record.h"
#include "core/session/csv.h"
#include "core/session/html_report.h"
#include "core/session/outputs.h"
#include "core/session/text_file.h"
#include "core/session/transfer_session.h"
#include "core/session/version.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

bool looks_like_table(const Json& json) { return json.is_object() && json.contains("rows") && json.contains("protocol"); }

std::string own_title(const EvaluationTable& table) {
  const auto phrases = table.record.find("phrases");
  return table.protocol + (phrases == table.record.end() ? "" : ", " + phrases->second + (phrases->second == "1" ? " phrase" : " phrases"));
}

std::string number(double value) { return std::isfinite(value) ? Json(value).dump() : std::string(); }

std::string column_name(const MetricInfo& metric) { return metric.id + (metric.unit.empty() ? "" : "_" + (metric.unit == "%" ? "percent" : metric.unit)); }

void find_json(const fs::path& folder, const std::string& run, std::vector<EvaluationFile>& out) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") out.push_back({entry.path(), run, false});
}

/// The whole table, so that a CSV or Markdown file brings it back.
Json record_of(const EvaluationTable& table) {
  Json json(to_json(table));
  json["kind"] = "evaluation";
  json["made"] = utc_now();
  json["program"] = version_text();
  return json;
}

/// "t1.csv.json": beside "t1.csv" there may well be the same table as "t1.json".
fs::path beside(const fs::path& table) {
  const fs::path place = table.string() + ".json";
  std::error_code error;
  if (fs::exists(place, error) && carried_record(table).empty())
    throw ConfigError("'" + place.filename().string() + "', where the record of the table goes, is another file; choose another name.");
  return place;
}

/// In a comment of the page; ">" could end it.
std::string markdown_record(const EvaluationTable& table) {
  std::string text = record_of(table).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (auto at = text.find('>'); at != std::string::npos; at = text.find('>', at)) text.replace(at, 1, "\\u003e");
  return "\n<!-- luthier-record " + text + " -->\n";
}

}  // namespace

std::vector<TitledEvaluation> read_evaluations(const fs::path& file) {
  const auto refuse = [&](const std::string& why) { return SessionError("'" + file.string() + "' holds no evaluation (" + why + "); choose a file that luthierctl evaluate wrote"); };
  const std::string ending = file.extension().string();
  const Json json = Json::parse(ending == ".csv" || ending == ".md" ? carried_record(file) : read_text(file), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) throw refuse("it is no JSON");
  if (!json.is_object()) throw refuse("it is no table");
  std::vector<TitledEvaluation> out;
  try {
    if (looks_like_table(json)) {
      out.push_back({"", table_from_json(json)});
      out.back().title = own_title(out.back().table);
      return out;
    }
    for (const auto& [name, one] : json.items())
      if (looks_like_table(one)) out.push_back({name, table_from_json(one)});
  } catch (const EvaluationError& error) {
    throw refuse(error.what());
  }
  if (out.empty()) throw refuse("it has no table");
  return out;
}

std::vector<EvaluationFile> list_evaluations(const fs::path& workspace) {
  std::vector<EvaluationFile> out, kept;
  std::error_code error;
  const auto shipped = shipped_models();
  if (!shipped.empty() && fs::exists(shipped.front().parent_path() / "evaluation.json", error)) out.push_back({shipped.front().parent_path() / "evaluation.json", "", true});
  if (!workspace.empty()) {
    const Workspace opened = Workspace::open(workspace);
    find_json(opened.exports() / "evaluations", "", kept);
    for (const auto& run : fs::directory_iterator(opened.runs(), error)) find_json(run.path() / "evaluations", run.path().filename().string(), kept);
  }
  std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.file.filename() > b.file.filename(); });
  out.insert(out.end(), kept.begin(), kept.end());
  return out;
}

fs::path save_evaluation(const fs::path& workspace, const std::string& run, const EvaluationTable& table) {
  const Workspace opened = Workspace::open(workspace);
  std::error_code error;
  const bool known = !run.empty() && run.find('/') == std::string::npos && fs::exists(opened.runs() / run, error);
  const fs::path folder = (known ? opened.runs() / run : opened.exports()) / "evaluations";
  fs::create_directories(folder, error);
  if (error) throw SessionError("the folder '" + folder.string() + "' cannot be made (" + error.message() + ")");
  std::string stem = utc_now();
  std::erase_if(stem, [](char c) { return c == '-' || c == ':'; });
  stem += "-" + table.protocol;
  fs::path file = folder / (stem + ".json");
  for (int n = 2; fs::exists(file, error); ++n) file = folder / (stem + "-" + std::to_string(n) + ".json");
  write_text(file, to_json(table).dump(1) + "\n");
  return file;
}

std::string evaluation_csv(const EvaluationTable& table) {
  const auto columns = used_columns(table);
  std::string out = "row,content,target,cases,windows,parameters,training_min,peak_memory_MB";
  for (const MetricInfo& metric : columns) {
    const std::string name = column_name(metric);
    out += "," + name + "," + name + "_low95," + name + "_high95";
  }
  out += "\n";
  for (const EvaluationRow& row : table.rows) {
    out += csv_cell(row.name) + ",all,all," + std::to_string(row.cases) + "," + std::to_string(row.windows) + "," + std::to_string(row.parameters) + "," +
           (row.training_minutes < 0 ? "" : number(row.training_minutes)) + "," + (row.peak_memory_mb < 0 ? "" : number(row.peak_memory_mb));
    for (const MetricInfo& metric : columns) {
      const auto found = row.figures.find(metric.id);
      out += found == row.figures.end() ? ",,," : "," + number(found->second.value) + "," + number(found->second.low) + "," + number(found->second.high);
    }
    out += "\n";
    for (const DirectionFigures& direction : row.directions) {
      out += csv_cell(row.name) + "," + csv_cell(direction.content) + "," + csv_cell(direction.target) + "," + std::to_string(direction.cases) + ",,,,";
      for (const MetricInfo& metric : columns) {
        const auto found = direction.values.find(metric.id);
        out += "," + (found == direction.values.end() ? "" : number(found->second)) + ",,";
      }
      out += "\n";
    }
  }
  return out;
}

void check_evaluation_file(const fs::path& file) {
  const std::string ending = file.extension().string();
  if (ending != ".json" && ending != ".md" && ending != ".csv" && ending != ".html")
    throw ConfigError("A table is written as .json, .md, .csv or .html, not as '" + file.filename().string() + "'.");
  if (ending == ".html") refuse_existing(file);
  if (ending == ".csv") beside(file);
  require_writable(file);
}

void write_evaluation(const fs::path& file, const EvaluationTable& table) {
  check_evaluation_file(file);
  make_parent(file);
  const std::string ending = file.extension().string();
  if (ending == ".json") return write_text(file, to_json(table).dump(1) + "\n");
  if (ending == ".md") return write_text(file, to_markdown(table) + markdown_record(table));
  if (ending == ".csv") {
    Json record = record_of(table);
    record["table"] = file.filename().string();
    write_text(file, evaluation_csv(table));
    return write_text(beside(file), record.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  }
  ReportRequest report;
  report.file = file;
  report.comparison.record = {{"title", "Evaluation " + own_title(table)}};
  for (const auto& [key, value] : table.record) report.comparison.record["evaluation." + key] = value;
  report.tables = {{own_title(table), table}};
  write_report(report);
}

}  // namespace luthier
