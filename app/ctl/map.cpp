#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/csv.h"
#include "core/session/dataset_figure.h"
#include "core/session/map_session.h"
#include "core/session/outputs.h"
#include "core/session/text_file.h"
#include "core/session/version.h"
#include "db/clip_store.h"

namespace luthier::ctl {
namespace {

struct Options {
  MapOptions map;
  std::filesystem::path out;
  bool fresh = false;
  std::int64_t clip = 0, count = 10;
};

std::shared_ptr<const ClipMap> map_of(const Workspace& workspace, const Options& options, const Context& context) {
  auto map = options.fresh ? nullptr : load_map(workspace, context.stop);
  if (!map || map->unplaced() > 0) map = make_map(workspace, options.map, console_progress(context), context.stop);
  if (!map) throw Cancelled();
  return map;
}

/// Rows of these clips by number, a page at a time.
std::map<std::int64_t, db::ClipView> rows_of(db::Catalog& catalog, const std::vector<db::ClipId>& ids) {
  std::map<std::int64_t, db::ClipView> rows;
  constexpr std::ptrdiff_t kPage = 500;
  const auto size = static_cast<std::ptrdiff_t>(ids.size());
  for (std::ptrdiff_t first = 0; first < size; first += kPage)
    for (auto& view : catalog.clips().views({ids.begin() + first, ids.begin() + std::min(first + kPage, size)})) rows.emplace(view.clip.id.value, std::move(view));
  return rows;
}

void write_map(const ClipMap& map, db::Catalog& catalog, const std::filesystem::path& out) {
  std::vector<db::ClipId> ids;
  for (const auto& point : map.points()) ids.push_back(point.clip);
  const auto rows = rows_of(catalog, ids);
  if (out.extension() == ".png") {
    std::vector<std::pair<double, double>> places;
    std::vector<std::string> labels;
    for (const auto& point : map.points()) {
      const auto row = rows.find(point.clip.value);
      if (row != rows.end()) places.emplace_back(point.x, point.y), labels.push_back(row->second.label.empty() ? "(none)" : row->second.label);
    }
    return write_map_figure(out, places, labels, {{"Software", version_text()}});
  }
  std::string table = "clip,label,name,x,y\n";
  for (const auto& point : map.points()) {
    const auto row = rows.find(point.clip.value);
    if (row == rows.end()) continue;
    char place[48];
    std::snprintf(place, sizeof place, ",%.5f,%.5f\n", static_cast<double>(point.x), static_cast<double>(point.y));
    table += std::to_string(point.clip.value) + ',' + csv_cell(row->second.label) + ',' + csv_cell(row->second.name) + place;
  }
  write_text(out, table);
}

int run_map(const Options& options, Context& context) {
  const auto extension = options.out.extension();
  if (!options.out.empty() && extension != ".csv" && extension != ".png") throw UsageError("a map is written as .csv or .png");
  std::error_code error;
  if (std::filesystem::exists(options.out, error)) throw SessionError("'" + options.out.string() + "' is there already and is never overwritten; choose another name");
  const auto workspace = open_workspace(context);
  require_writable(options.out);
  const auto map = map_of(workspace, options, context);
  if (!options.out.empty()) write_map(*map, *workspace.open_catalog(), options.out);
  if (context.json) print_json({{"event", "map"}, {"clips", map->points().size()}, {"unplaced", map->unplaced()}, {"file", options.out.string()}});
  else print_message(std::to_string(map->points().size()) + " clips on the map" + (options.out.empty() ? std::string() : ", written to " + options.out.string()) +
                     (map->unplaced() > 0 ? "; " + std::to_string(map->unplaced()) + " cannot be placed (silent, or the file cannot be read)" : std::string()));
  return kDone;
}

int run_neighbours(const Options& options, Context& context) {
  const auto workspace = open_workspace(context);
  const auto catalog = workspace.open_catalog();
  if (!catalog->clips().get({options.clip})) throw SessionError("there is no clip " + std::to_string(options.clip) + "; luthierctl clips lists them");
  const auto map = map_of(workspace, options, context);
  const auto near = map->neighbours({options.clip}, static_cast<std::size_t>(options.count));
  if (near.empty()) throw SessionError("clip " + std::to_string(options.clip) + " is not on the map: it is excluded, silent, or its file is missing");
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : near) {
    const auto view = catalog->clips().view(one.clip);
    if (!view) continue;
    char distance[32];
    std::snprintf(distance, sizeof distance, "%.3f", one.distance);
    if (context.json) print_json({{"event", "neighbour"}, {"clip", one.clip.value}, {"distance", one.distance}, {"label", view->label}, {"name", view->name}});
    rows.push_back({std::to_string(one.clip.value), distance, view->label, view->name});
  }
  if (!context.json) print_table({"id", "distance", "label", "name"}, rows);
  return kDone;
}

void add_common(CLI::App& command, Options& options) {
  command.add_flag("--fresh", options.fresh, "make the map anew even if nothing has changed");
  command.add_option("--landmarks", options.map.landmarks, "clips placed by t-SNE; the others lie beside those they sound like")->check(CLI::Range(4, 20000))->capture_default_str();
  command.add_option("--seed", options.map.seed, "start of the draw")->capture_default_str();
}

const VerbRegistration map_verb{"map", "place all clips on a plane, near ones where they sound alike", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  add_common(command, *options);
  command.add_option("--out", options->out, "new .csv (clip,label,name,x,y) or .png; without: the map is only made, and kept for the window");
  return [options](Context& context) { return run_map(*options, context); };
}};

const VerbRegistration neighbours_verb{"neighbours", "the clips that sound most like one", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("clip", options->clip, "number of the clip")->required();
  command.add_option("--count", options->count, "at most this many")->check(CLI::Range(1, 1000))->capture_default_str();
  add_common(command, *options);
  return [options](Context& context) { return run_neighbours(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
