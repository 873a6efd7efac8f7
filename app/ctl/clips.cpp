#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "app/ctl/arguments.h"
#include "db/clip_store.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::vector<std::string> words;
  std::int64_t limit = 0;
  std::vector<std::string> sort = {"id"};
  bool descending = false, count = false;
};

const std::map<std::string, db::ClipColumn>& columns() {
  static const std::map<std::string, db::ClipColumn> map = {
      {"id", db::ClipColumn::id},         {"label", db::ClipColumn::label},       {"name", db::ClipColumn::name},
      {"seconds", db::ClipColumn::seconds}, {"rating", db::ClipColumn::rating},   {"split", db::ClipColumn::split},
      {"phrase", db::ClipColumn::phrase}, {"excluded", db::ClipColumn::excluded}, {"start", db::ClipColumn::start},
      {"rate", db::ClipColumn::sample_rate}, {"loudness", db::ClipColumn::loudness}, {"peak", db::ClipColumn::peak},
      {"added", db::ClipColumn::added},
      {"source", db::ClipColumn::source}, {"rights", db::ClipColumn::rights},     {"notes", db::ClipColumn::notes},
      {"content", db::ClipColumn::content}};
  return map;
}

std::string column_names() {
  std::string names;
  for (const auto& [name, column] : columns()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

Json number_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json clip_json(const db::ClipView& view) {
  const auto& clip = view.clip;
  const double rate = view.sample_rate > 0 ? view.sample_rate : 1;
  return {{"id", clip.id.value},         {"label", view.label},
          {"name", view.name},           {"start", static_cast<double>(clip.start_frame) / rate},
          {"seconds", clip.seconds},     {"tags", view.tags},
          {"phrase", view.phrase},       {"split", db::to_text(clip.split)},
          {"rating", clip.rating},       {"excluded", clip.excluded},
          {"missing", view.missing},     {"sample_rate", view.sample_rate},
          {"channels", view.channels},   {"loudness", number_or_null(clip.loudness)},
          {"peak", number_or_null(clip.peak)}, {"path", view.path},
          {"source", view.source},       {"rights", view.rights},
          {"notes", clip.notes},
          {"sha256", clip.sha256}};
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> clip_cells(const db::ClipView& view) {
  std::string state = view.clip.excluded ? "excluded" : "";
  if (view.missing) state += state.empty() ? "missing" : " missing";
  return {std::to_string(view.clip.id.value), view.label, view.name,
          time_text(static_cast<double>(view.clip.start_frame) / std::max(view.sample_rate, 1)), time_text(view.clip.seconds),
          joined(view.tags), view.phrase, state};
}

/// Calls `each` for every clip, a page at a time.
template <class Each>
void for_pages(db::Catalog& catalog, const std::vector<db::ClipId>& ids, const std::stop_token& stop, Each each) {
  constexpr std::ptrdiff_t kPage = 500;
  const auto size = static_cast<std::ptrdiff_t>(ids.size());
  for (std::ptrdiff_t first = 0; first < size && !stop.stop_requested(); first += kPage)
    for (const auto& view : catalog.clips().views({ids.begin() + first, ids.begin() + std::min(first + kPage, size)})) each(view);
}

int run_clips(const Options& options, Context& context) {
  const auto workspace = open_workspace(context);
  const auto catalog = workspace.open_catalog();
  std::vector<db::ClipOrder> orders;
  for (const auto& name : options.sort) orders.push_back({columns().at(name), options.descending});
  auto ids = catalog->clips().ids(joined(options.words), orders);
  const auto found = ids.size();
  if (options.count) {
    if (context.json) print_json({{"event", "count"}, {"clips", found}});
    else std::cout << found << '\n';
    return kDone;
  }
  if (options.limit > 0 && found > static_cast<std::size_t>(options.limit)) ids.resize(static_cast<std::size_t>(options.limit));
  if (context.json) {
    for_pages(*catalog, ids, context.stop, [](const db::ClipView& view) { print_json(clip_json(view)); });
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for_pages(*catalog, ids, context.stop, [&](const db::ClipView& view) { rows.push_back(clip_cells(view)); });
  if (!rows.empty()) print_table({"id", "label", "name", "start", "length", "tags", "phrase", "state"}, rows);
  print_message(ids.size() < found ? std::to_string(ids.size()) + " of " + std::to_string(found) + " clips" : std::to_string(found) + (found == 1 ? " clip" : " clips"));
  return kDone;
}

std::string query_help() {
  std::string text = "The search: terms side by side must all hold, !term negates, 'or' joins two.\n";
  for (const auto& field : db::clip_query_fields()) text += "  " + field.name + "  " + field.help + "\n";
  return text;
}

const VerbRegistration verb{"clips", "list and search clips", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("query", options->words, "search, as in inst:violin dur:>2 !tag:noisy; default: all");
  command.add_option("--limit", options->limit, "at most this many; 0: all")->check(CLI::Range(0, 1000000000))->capture_default_str();
  std::vector<std::string> names;
  for (const auto& [name, column] : columns()) names.push_back(name);
  command.add_option("--sort", options->sort, "column, or several with commas between: " + column_names())->delimiter(',')->check(CLI::IsMember(names))->capture_default_str();
  command.add_flag("--descending", options->descending, "largest first");
  command.add_flag("--count", options->count, "only say how many");
  command.footer(query_help());
  return [options](Context& context) { return run_clips(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
