#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/dataset_session.h"
#include "core/signal/representation.h"
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

struct Options {
  DatasetRequest dataset;
  bool analyse = false;
  std::filesystem::path npz, table;
  RepresentationSpec spec{"stft_cqt", 22050, 1024, 256, 84, false};
};

int list_labels(const std::string& label, const Context& context) {
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

Json measures_json(const LabelMeasures& row) {
  Json json = {{"event", "measures"}, {"label", row.label}, {"clips", row.clips}};
  for (const auto& info : sound_measures()) {
    const auto& spread = row.measures.at(info.id);
    json[info.id] = {{"unit", info.unit}, {"mean", spread.mean}, {"deviation", spread.deviation}, {"least", spread.least}, {"median", spread.median}, {"most", spread.most}};
  }
  return json;
}

std::string mean_and_deviation(const Spread& spread) {
  char text[64];
  std::snprintf(text, sizeof text, std::abs(spread.mean) < 0.1 ? "%.2g ± %.2g" : std::abs(spread.mean) < 10 ? "%.2f ± %.2f" : "%.1f ± %.1f", spread.mean, spread.deviation);
  return text;
}

int show_analysis(const Options& options, const Context& context) {
  const auto analysis = analyse_dataset(open_workspace(context), options.dataset, console_progress(context), context.stop);
  if (analysis.stopped) return kCancelled;
  for (const auto& reason : analysis.skipped) print_message("skipped: " + reason);
  if (!options.table.empty()) write_measures_table(options.table, analysis.labels);
  if (context.json) {
    for (const auto& row : analysis.labels) print_json(measures_json(row));
    return kDone;
  }
  std::vector<std::string> head = {"measure"};
  for (const auto& row : analysis.labels) head.push_back(row.label + " (" + std::to_string(row.clips) + ")");
  std::vector<std::vector<std::string>> rows;
  for (const auto& info : sound_measures()) {
    rows.push_back({std::string(info.title) + (*info.unit ? std::string(", ") + info.unit : "")});
    for (const auto& row : analysis.labels) rows.back().push_back(mean_and_deviation(row.measures.at(info.id)));
  }
  print_table(head, rows);
  for (const auto& file : {options.dataset.plots, options.dataset.map, options.table})
    if (!file.empty()) print_message("written: " + file.string());
  return kDone;
}

int write_statistics_file(const Options& options, const Context& context) {
  const auto clips = write_label_statistics(open_workspace(context), options.dataset.label, options.spec, options.npz, console_progress(context), context.stop);
  if (clips == 0) return kCancelled;
  if (context.json) print_json({{"event", "statistics"}, {"file", options.npz.string()}, {"label", options.dataset.label}, {"clips", clips}, {"representation", options.spec.canonical_text()}});
  else print_message(options.npz.string() + ": statistics of " + std::to_string(clips) + " training clips");
  return kDone;
}

const VerbRegistration verb{"stats", "clips, seconds and levels by label; analysis of the sounds", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("--label", options->dataset.label, "only this label; none: clips without one");
  command.add_flag("--analyse", options->analyse, "read every clip: length, level, dynamic range and spectral measures by label");
  command.add_option("--plots", options->dataset.plots, "PNG of these measures by label (with --analyse)");
  command.add_option("--table", options->table, "CSV of these measures by label, with units (with --analyse)");
  command.add_option("--map", options->dataset.map, "PNG of all clips as points by timbre, t-SNE (with --analyse)");
  command.add_option("--npz", options->npz, "write mean and deviation of the training clips' STFT and constant-Q bins, as the disentangled family reads them");
  command.add_option("--rate", options->spec.sample_rate, "Hz, of --npz")->capture_default_str();
  command.add_option("--n-fft", options->spec.n_fft, "samples, of --npz")->capture_default_str();
  command.add_option("--hop", options->spec.hop, "samples, of --npz")->capture_default_str();
  command.add_option("--cqt-bins", options->spec.bands, "of --npz")->capture_default_str();
  return [options](Context& context) {
    if (!options->npz.empty()) return write_statistics_file(*options, context);
    const bool analyse = options->analyse || !options->dataset.plots.empty() || !options->table.empty() || !options->dataset.map.empty();
    return analyse ? show_analysis(*options, context) : list_labels(options->dataset.label, context);
  };
}};

}  // namespace
}  // namespace luthier::ctl
