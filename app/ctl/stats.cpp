#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/ctl/arguments.h"
#include "db/clip_store.h"

namespace luthier::ctl {
namespace {

std::string figure(const std::optional<double>& value) {
  if (!value) return {};
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", *value);
  return text;
}

Json number_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json stats_json(const db::LabelStats& row) {
  return {{"label", row.label},
          {"clips", row.clips},
          {"excluded", row.excluded},
          {"recordings", row.recordings},
          {"seconds", row.seconds},
          {"shortest", row.shortest},
          {"longest", row.longest},
          {"loudness_mean", number_or_null(row.loudness_mean)},
          {"loudness_min", number_or_null(row.loudness_min)},
          {"loudness_max", number_or_null(row.loudness_max)},
          {"peak_max", number_or_null(row.peak_max)}};
}

std::vector<std::string> stats_cells(const db::LabelStats& row) {
  return {row.label.empty() ? "(none)" : row.label, std::to_string(row.clips), std::to_string(row.excluded), std::to_string(row.recordings),
          time_text(row.seconds), time_text(row.shortest), time_text(row.longest), figure(row.loudness_mean), figure(row.loudness_min),
          figure(row.loudness_max), figure(row.peak_max)};
}

int run_stats(const std::string& label, const Context& context) {
  const auto workspace = open_workspace(context);
  auto stats = workspace.open_catalog()->clips().stats();
  if (!label.empty()) {
    std::erase_if(stats, [&](const db::LabelStats& row) { return label == "none" ? !row.label.empty() : row.label != label; });
    if (stats.empty()) throw SessionError("no clip has the label '" + label + "'; luthierctl stats lists the labels");
  }
  if (context.json) {
    for (const auto& row : stats) print_json(stats_json(row));
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : stats) rows.push_back(stats_cells(row));
  if (rows.empty()) print_message("the workspace holds no clip; bring some in with 'luthierctl import' or 'luthierctl synth'");
  else print_table({"label", "clips", "excluded", "recordings", "total", "shortest", "longest", "LUFS mean", "min", "max", "peak dBFS"}, rows);
  return kDone;
}

const VerbRegistration verb{"stats", "clips, seconds and levels by label", [](CLI::App& command) {
  auto label = std::make_shared<std::string>();
  command.add_option("--label", *label, "only this label; none: clips without one");
  return [label](Context& context) { return run_stats(*label, context); };
}};

}  // namespace
}  // namespace luthier::ctl
