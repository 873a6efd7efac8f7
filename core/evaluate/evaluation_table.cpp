#include "core/evaluate/evaluation_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/evaluate/clip_analysis.h"

namespace luthier {
namespace {

using Json = nlohmann::json;

Json number(double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); }
double number_of(const Json& json) {
  return json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

std::string fixed(double v, int decimals) {
  if (!std::isfinite(v)) return "–";
  std::ostringstream out;
  out.setf(std::ios::fixed);
  out.precision(decimals);
  out << v;
  return out.str();
}

const char* better_name(Better better) {
  return better == Better::lower ? "lower" : better == Better::higher ? "higher" : "one";
}

const Interval* figure(const EvaluationRow& row, const std::string& id) {
  const auto found = row.figures.find(id);
  return found == row.figures.end() || !std::isfinite(found->second.value) ? nullptr : &found->second;
}

/// Width on a terminal: code points, not bytes.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string aligned(const std::vector<std::vector<std::string>>& cells) {
  std::vector<std::size_t> widths;
  for (const auto& line : cells)
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (i >= widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], width(line[i]));
    }
  std::string out;
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string pad(widths[i] - width(line[i]), ' ');
      out += i == 0 ? line[i] + pad : "  " + pad + line[i];
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  }
  return out;
}

bool minutes_known(const EvaluationTable& table) {
  return std::any_of(table.rows.begin(), table.rows.end(), [](const EvaluationRow& r) { return r.training_minutes >= 0; });
}
std::string minutes_text(double minutes) { return minutes < 0 ? "–" : fixed(minutes, minutes < 10 ? 1 : 0); }
std::string memory_text(double mb) { return mb < 0 ? "–" : fixed(mb, 0); }
std::string count_text(long parameters) {
  return parameters <= 0 ? "–" : fixed(static_cast<double>(parameters) / 1e6, 2) + " M";
}

constexpr long kEnoughWindows = 1000;  ///< of a target, for a Fréchet distance that says something

/// One-second windows of the outputs for one target.
long windows_per_target(const EvaluationRow& row) {
  std::set<std::string> targets;
  for (const DirectionFigures& d : row.directions) targets.insert(d.target);
  return targets.empty() ? row.windows : row.windows / static_cast<long>(targets.size());
}

bool rests_on_little(const EvaluationRow& row, const std::string& id) {
  const long windows = windows_per_target(row);
  return id == "fd" && windows > 0 && windows < kEnoughWindows;
}

/// A line below a table in which a figure is marked with '*'; empty where none is.
std::string note_on_little(const EvaluationTable& table) {
  for (const EvaluationRow& row : table.rows)
    if (figure(row, "fd") && rests_on_little(row, "fd"))
      return "* rests on fewer than " + std::to_string(kEnoughWindows) + " one-second windows for each target (" + std::to_string(windows_per_target(row)) +
             "): compare it within this table alone.\n";
  return {};
}

std::string matrix_text(const EvaluationTable& table, const std::string& metric, int decimals) {
  std::vector<std::vector<std::string>> cells(1);
  for (const EvaluationRow& row : table.rows) {
    std::vector<std::string> line{row.name};
    for (const DirectionFigures& d : row.directions) {
      if (cells.front().size() < row.directions.size() + 1) {
        if (cells.front().empty()) cells.front().push_back(metric);
        cells.front().push_back(d.content + ">" + d.target);
      }
      const auto found = d.values.find(metric);
      line.push_back(found == d.values.end() ? "–" : fixed(found->second, decimals));
    }
    cells.push_back(std::move(line));
  }
  return aligned(cells);
}

Json row_json(const EvaluationRow& row) {
  Json out{{"name", row.name},
           {"cases", row.cases},
           {"windows", row.windows},
           {"windows_per_target", windows_per_target(row)},
           {"parameters", row.parameters},
           {"training_minutes", row.training_minutes < 0 ? Json(nullptr) : Json(row.training_minutes)},
           {"peak_memory_mb", row.peak_memory_mb < 0 ? Json(nullptr) : Json(row.peak_memory_mb)},
           {"metrics", Json::object()},
           {"directions", Json::array()}};
  for (const auto& [id, v] : row.figures)
    out["metrics"][id] = {{"value", number(v.value)}, {"low", number(v.low)}, {"high", number(v.high)}};
  for (const DirectionFigures& d : row.directions) {
    Json values = Json::object();
    for (const auto& [id, v] : d.values) values[id] = number(v);
    out["directions"].push_back({{"content", d.content}, {"target", d.target}, {"cases", d.cases}, {"metrics", values}});
  }
  return out;
}

EvaluationRow row_of(const Json& json) {
  EvaluationRow row;
  row.name = json.at("name").get<std::string>();
  row.cases = json.at("cases").get<int>();
  row.windows = json.at("windows").get<long>();
  row.parameters = json.at("parameters").get<long>();
  row.training_minutes = json.at("training_minutes").is_number() ? json.at("training_minutes").get<double>() : -1;
  row.peak_memory_mb = json.at("peak_memory_mb").is_number() ? json.at("peak_memory_mb").get<double>() : -1;
  for (const auto& [id, v] : json.at("metrics").items())
    row.figures[id] = {number_of(v.at("value")), number_of(v.at("low")), number_of(v.at("high"))};
  for (const Json& d : json.at("directions")) {
    DirectionFigures figures{d.at("content").get<std::string>(), d.at("target").get<std::string>(),
                             d.at("cases").get<int>(), {}};
    for (const auto& [id, v] : d.at("metrics").items()) figures.values[id] = number_of(v);
    row.directions.push_back(std::move(figures));
  }
  return row;
}

}  // namespace

const std::vector<MetricInfo>& metric_columns() {
  using enum Better;
  static const std::vector<MetricInfo> columns{
      {"sc", "SC", "", lower, 3, "Spectral convergence: norm of the error of the STFT magnitudes over that of the truth's."},
      {"lsd", "LSD", "dB", lower, 2, "Log-spectral distance: RMS over time per mel band, mean over bands."},
      {"lsd_frame", "LSD-F", "dB", lower, 2, "Log-spectral distance: RMS over bands per frame, mean over time."},
      {"mcd", "MCD", "dB", lower, 2, "Mel-cepstral distortion, c1 to c13, frame by frame."},
      {"mel_l1", "mel-L1", "neper", lower, 3, "Mean difference of log-mel magnitudes."},
      {"timbre", "timbre", "", lower, 4, "1 - cosine of the mean cepstra c1 to c12."},
      {"jaccard", "JD", "", lower, 3, "Pitch-set Jaccard distance to the target, every 50 ms."},
      {"jaccard_phrase", "JD notes", "", lower, 3, "Pitch-set Jaccard distance to the phrase's own notes."},
      {"onset_f1", "onset F1", "", higher, 3, "Attacks of the right note within 50 ms, against the phrase."},
      {"lda", "judge 1", "%", higher, 1, "Clips taken for the target instrument by mean and deviation of MFCC."},
      {"cnn", "judge 2", "%", higher, 1, "The same by a network that sees time and knows equalised fakes."},
      {"fd", "FD-MFCC", "", lower, 1, "Fréchet distance of MFCC statistics to real renders of other phrases."},
      {"flux", "flux", "ratio", one, 2, "Spectral flux, output / target."},
      {"flux_oracle", "flux/oracle", "ratio", one, 2, "The flux ratio over that of the oracle row."},
      {"high_band", "high band", "ratio", one, 2, "Share of the energy at 4 to 8 kHz, output / target (geometric mean)."},
      {"high_band_oracle", "high/oracle", "ratio", one, 2, "The high-band ratio over that of the oracle row."},
      {"treble_lsd", "LSD 8-16k", "dB", lower, 2, "Log-spectral distance of the treble, 64 mel bands from 8 to 16 kHz at 44.1 kHz."},
      {"treble_energy", "treble", "ratio", one, 3, "Share of the energy at 8 to 16 kHz, output / target (geometric mean)."},
      {"attack", "attack", "ratio", one, 2, "Steepness of the attacks, output / target."},
      {"rtf", "RTF", "", lower, 3, "Computing time / duration."},
  };
  return columns;
}

std::vector<MetricInfo> used_columns(const EvaluationTable& table) {
  std::vector<MetricInfo> out;
  for (const MetricInfo& metric : metric_columns())
    if (std::any_of(table.rows.begin(), table.rows.end(), [&](const EvaluationRow& r) { return figure(r, metric.id); }))
      out.push_back(metric);
  return out;
}

double badness(const MetricInfo& metric, double value) {
  if (!std::isfinite(value)) return std::numeric_limits<double>::infinity();
  if (metric.better == Better::one) return value > 0 ? std::abs(std::log(value)) : std::numeric_limits<double>::infinity();
  return metric.better == Better::lower ? value : -value;
}

bool is_reference_row(const EvaluationRow& row) {
  return row.name == "true target" || row.name.starts_with("oracle") || row.name.find("style swapped") != std::string::npos;
}

const EvaluationRow* best_row(const EvaluationTable& table, const MetricInfo& metric) {
  const EvaluationRow* best = nullptr;
  for (const EvaluationRow& row : table.rows) {
    const Interval* v = is_reference_row(row) ? nullptr : figure(row, metric.id);
    if (!v || (best && row.cases < best->cases)) continue;
    if (!best || row.cases > best->cases || badness(metric, v->value) < badness(metric, figure(*best, metric.id)->value)) best = &row;
  }
  return best;
}

const EvaluationRow* EvaluationTable::row(const std::string& name) const {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const EvaluationRow& r) { return r.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

Json to_json(const EvaluationTable& table) {
  Json out{{"outcome", table.outcome == Outcome::done ? "done" : "cancelled"},
           {"protocol", table.protocol},
           {"record", table.record},
           {"metrics", Json::array()},
           {"rows", Json::array()}};
  for (const MetricInfo& m : metric_columns())
    out["metrics"].push_back({{"id", m.id},
                              {"title", m.title},
                              {"unit", m.unit},
                              {"better", better_name(m.better)},
                              {"decimals", m.decimals},
                              {"help", m.help}});
  for (const EvaluationRow& row : table.rows) out["rows"].push_back(row_json(row));
  return out;
}

EvaluationTable table_from_json(const Json& json) {
  try {
    EvaluationTable table;
    table.outcome = json.at("outcome") == "done" ? Outcome::done : Outcome::cancelled;
    table.protocol = json.at("protocol").get<std::string>();
    table.record = json.at("record").get<std::map<std::string, std::string>>();
    for (const Json& row : json.at("rows")) table.rows.push_back(row_of(row));
    return table;
  } catch (const Json::exception& e) {
    throw EvaluationError(std::string("This is no evaluation table: ") + e.what());
  }
}

std::string to_markdown(const EvaluationTable& table) {
  const std::vector<MetricInfo> columns = used_columns(table);
  const EvaluationRow* base = table.row("copy content");
  std::string out = "| " + table.protocol;
  std::string line = "| ---";
  for (const MetricInfo& m : columns) {
    out += " | " + m.title + (m.unit.empty() ? "" : " (" + m.unit + ")");
    line += " | ---:";
  }
  const bool minutes = minutes_known(table);
  out += std::string(" | parameters") + (minutes ? " | trained (min)" : "") + " | peak memory (MB) |\n" + line + (minutes ? " | ---:" : "") + " | ---: | ---: |\n";
  for (const EvaluationRow& row : table.rows) {
    out += "| " + row.name + " (" + std::to_string(row.cases) + ")";
    for (const MetricInfo& m : columns) {
      const Interval* v = figure(row, m.id);
      out += " | ";
      if (!v) {
        out += "–";
        continue;
      }
      out += fixed(v->value, m.decimals) + (rests_on_little(row, m.id) ? "\\*" : "");
      if (m.id == "rtf") continue;
      if (v->high > v->low) out += " [" + fixed(v->low, m.decimals) + ", " + fixed(v->high, m.decimals) + "]";
      const Interval* from = base && &row != base && (m.id == "lsd" || m.id == "mcd" || m.id == "mel_l1") ? figure(*base, m.id) : nullptr;
      if (from) out += " (" + fixed(100.0 * (v->value / from->value - 1.0), 1) + " %)";
    }
    out += " | " + count_text(row.parameters) + (minutes ? " | " + minutes_text(row.training_minutes) : "") + " | " + memory_text(row.peak_memory_mb) + " |\n";
  }
  return out + "\n95 % intervals over phrases in brackets; percentages are against copying the content.\n" + (note_on_little(table).empty() ? "" : "\\" + note_on_little(table));
}

std::string to_text(const EvaluationTable& table, bool directions) {
  const std::vector<MetricInfo> columns = used_columns(table);
  std::vector<std::vector<std::string>> cells(1);
  cells.front().push_back(table.protocol);
  cells.front().push_back("cases");
  for (const MetricInfo& m : columns) cells.front().push_back(m.title + (m.unit == "%" ? " %" : ""));
  const bool minutes = minutes_known(table);
  cells.front().push_back("params");
  if (minutes) cells.front().push_back("min");
  cells.front().push_back("peak MB");
  for (const EvaluationRow& row : table.rows) {
    std::vector<std::string> line{row.name, std::to_string(row.cases)};
    for (const MetricInfo& m : columns) {
      const Interval* v = figure(row, m.id);
      line.push_back(v ? fixed(v->value, m.decimals) + (rests_on_little(row, m.id) ? "*" : "") : "–");
    }
    line.push_back(count_text(row.parameters));
    if (minutes) line.push_back(minutes_text(row.training_minutes));
    line.push_back(memory_text(row.peak_memory_mb));
    cells.push_back(std::move(line));
  }
  std::string out = aligned(cells) + note_on_little(table);
  if (directions) out += "\n" + matrix_text(table, "lsd", 2) + "\n" + matrix_text(table, "cnn", 0);
  return out;
}

}  // namespace luthier
