#include "core/session/dataset_session.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/data/band_statistics.h"
#include "core/data/clip_loader.h"
#include "core/data/tsne.h"
#include "core/session/clip_embeddings.h"
#include "core/session/clip_sound.h"
#include "core/session/csv.h"
#include "core/session/dataset_figure.h"
#include "core/session/progress_meter.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "core/signal/representation.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kPage = 200;  ///< rows asked for at once

struct MeasuredClip {
  std::string label;
  SoundMeasures measures;
  std::vector<double> timbre;  ///< mean and deviation of c1 … c20; empty: not asked for, or too short
};

void check_new(const fs::path& file) {
  std::error_code error;
  if (!file.empty() && fs::exists(file, error)) throw SessionError("'" + file.string() + "' is there already and is never overwritten; choose another name");
}

/// Reads and measures clip after clip.
class Reader {
 public:
  Reader(const Workspace& workspace, const DatasetRequest& request, const ProgressSink& progress, std::stop_token stop)
      : workspace_(workspace), request_(request), progress_(progress), stop_(std::move(stop)) {}

  std::vector<MeasuredClip> read(DatasetAnalysis& analysis) {
    const auto catalog = workspace_.open_catalog();
    const auto ids = catalog->clips().ids();
    const std::size_t map_every = std::max<std::size_t>(1, ids.size() / static_cast<std::size_t>(std::max<std::int64_t>(1, request_.most_map_clips)));
    ProgressMeter meter(progress_, static_cast<double>(ids.size()));
    std::vector<MeasuredClip> clips;
    for (std::size_t start = 0; start < ids.size(); start += kPage) {
      const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), start + kPage));
      std::size_t index = start;
      for (const auto& view : catalog->clips().views({ids.begin() + static_cast<std::ptrdiff_t>(start), end})) {
        if (stop_.stop_requested()) return analysis.stopped = true, clips;
        ++index;
        if (view.clip.excluded || view.label.empty() || (!request_.label.empty() && view.label != request_.label)) continue;
        meter.report(static_cast<double>(index), view.name);
        try {
          clips.push_back(measure(view, !request_.map.empty() && index % map_every == 0));
        } catch (const std::runtime_error& error) {
          analysis.skipped.push_back(error.what());
        }
      }
    }
    return clips;
  }

 private:
  MeasuredClip measure(const db::ClipView& view, bool with_timbre) const {
    const auto sound = read_clip(workspace_, view);
    const auto samples = sound.mono();
    MeasuredClip clip{view.label, measure_sound(samples, sound.sample_rate), {}};
    if (with_timbre && sound.seconds() >= 1)
      if (const auto timbre = timbre_of(samples, sound.sample_rate)) clip.timbre.assign(timbre->begin(), timbre->end());
    return clip;
  }

  const Workspace& workspace_;
  const DatasetRequest& request_;
  const ProgressSink& progress_;
  std::stop_token stop_;
};

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  Spread out;
  for (const double x : values) out.mean += x / static_cast<double>(values.size());
  for (const double x : values) out.deviation += (x - out.mean) * (x - out.mean);
  out.deviation = values.size() > 1 ? std::sqrt(out.deviation / static_cast<double>(values.size() - 1)) : 0;
  out.least = values.front(), out.most = values.back();
  const std::size_t middle = values.size() / 2;
  out.median = values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return out;
}

std::vector<LabelMeasures> by_label(const std::vector<MeasuredClip>& clips) {
  std::map<std::string, std::vector<const MeasuredClip*>> groups;
  for (const auto& clip : clips) groups[clip.label].push_back(&clip);
  std::vector<LabelMeasures> out;
  for (const auto& [label, members] : groups) {
    LabelMeasures row{label, static_cast<std::int64_t>(members.size()), {}};
    for (const auto& measure : sound_measures()) {
      std::vector<double> values;
      for (const auto* clip : members) values.push_back(clip->measures.*measure.value);
      row.measures[measure.id] = spread_of(std::move(values));
    }
    out.push_back(std::move(row));
  }
  return out;
}

/// Every coordinate with mean 0 and deviation 1.
void standardise(std::vector<std::vector<double>>& rows) {
  for (std::size_t k = 0; !rows.empty() && k < rows.front().size(); ++k) {
    double mean = 0, square = 0;
    for (const auto& row : rows) mean += row[k] / static_cast<double>(rows.size());
    for (const auto& row : rows) square += (row[k] - mean) * (row[k] - mean) / static_cast<double>(rows.size());
    const double scale = square > 1e-18 ? 1 / std::sqrt(square) : 0;
    for (auto& row : rows) row[k] = (row[k] - mean) * scale;
  }
}

void draw_map(const std::vector<MeasuredClip>& clips, const fs::path& file, const ProgressSink& progress, DatasetAnalysis& analysis, const std::stop_token& stop) {
  std::vector<std::vector<double>> rows;
  std::vector<std::string> labels;
  for (const auto& clip : clips)
    if (!clip.timbre.empty()) rows.push_back(clip.timbre), labels.push_back(clip.label);
  if (rows.size() < 4) throw SessionError("a map of the clips needs four clips of a second or longer, and there are " + std::to_string(rows.size()));
  standardise(rows);
  const auto places = tsne(rows, {}, progress, stop);
  if (places.empty()) analysis.stopped = true;
  else write_map_figure(file, places, labels, {{"Software", version_text()}});
}

}  // namespace

DatasetAnalysis analyse_dataset(const Workspace& workspace, const DatasetRequest& request, const ProgressSink& progress, std::stop_token stop) {
  check_new(request.plots);
  check_new(request.map);
  DatasetAnalysis analysis;
  const auto clips = Reader(workspace, request, progress, stop).read(analysis);
  if (analysis.stopped) return analysis;
  if (clips.empty())
    throw SessionError(request.label.empty() ? "the workspace has no labelled clip to analyse" : "no clip has the label '" + request.label + "'; luthierctl stats lists the labels");
  analysis.labels = by_label(clips);
  if (!request.plots.empty()) write_measure_figure(request.plots, analysis.labels, {{"Software", version_text()}});
  if (!request.map.empty()) draw_map(clips, request.map, progress, analysis, stop);
  return analysis;
}

void write_measures_table(const fs::path& file, const std::vector<LabelMeasures>& labels) {
  check_new(file);
  std::string text = "label,clips";
  for (const auto& info : sound_measures())
    for (const char* part : {"mean", "deviation", "least", "median", "most"}) {
      const std::string unit = info.unit;
      text += "," + csv_cell(std::string(info.id) + "_" + part + (unit.empty() ? "" : " (" + unit + ")"));
    }
  text += "\n";
  for (const auto& label : labels) {
    text += csv_cell(label.label) + "," + std::to_string(label.clips);
    for (const auto& info : sound_measures()) {
      const auto& spread = label.measures.at(info.id);
      for (const double value : {spread.mean, spread.deviation, spread.least, spread.median, spread.most}) {
        char number[32];
        std::snprintf(number, sizeof number, ",%.6g", value);
        text += number;
      }
    }
    text += "\n";
  }
  write_text(file, text);
}

std::int64_t write_label_statistics(const Workspace& workspace, const std::string& label, const RepresentationSpec& spec, const fs::path& output,
                                    const ProgressSink& progress, std::stop_token stop) {
  check_new(output);
  const auto catalog = workspace.open_catalog();
  ClipChoice choice;
  if (!label.empty()) choice.labels = {label};
  const ClipSources sources{*catalog, [&](const std::string& path) { return workspace.resolve(path); }, workspace.features()};
  const auto loaded = load_clips(sources, choice, spec, progress, stop);
  if (loaded.stopped) return 0;
  BandStatisticsBuilder builder;
  for (std::size_t i = 0; i < loaded.clips->size(); ++i)
    if (loaded.clips->clips[i].split == "train" && loaded.clips->features[i].size(2) > 1) builder.add(loaded.clips->features[i]);
  if (builder.clips() == 0) throw SessionError(label.empty() ? "the workspace has no labelled clip to train on" : "the label '" + label + "' has no clip to train on");
  write_statistics(output, builder.result(), spec);
  return builder.clips();
}

}  // namespace luthier
