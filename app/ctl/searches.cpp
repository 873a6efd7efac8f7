#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/ctl/arguments.h"
#include "db/clip_store.h"
#include "db/label_store.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::string what = "list", name;
  std::vector<std::string> words;
};

int list(const Workspace& workspace, const Context& context) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& search : workspace.open_catalog()->labels().filters()) {
    if (context.json) print_json({{"event", "search"}, {"name", search.name}, {"query", search.query}});
    rows.push_back({search.name, search.query});
  }
  if (!context.json && !rows.empty()) print_table({"name", "search"}, rows);
  return kDone;
}

int add(const Options& options, const Workspace& workspace, const Context& context) {
  std::string query;
  for (const auto& word : options.words) query += (query.empty() ? "" : " ") + word;
  if (options.name.empty() || query.empty()) throw UsageError("searches add needs a name and a search, as in: searches add long 'inst:violin dur:>2'");
  const auto catalog = open_writable_catalog(workspace);
  const auto clips = catalog->clips().count(query);  // a wrong search is not kept
  catalog->labels().save_filter({options.name, query});
  if (context.json) print_json({{"event", "added"}, {"name", options.name}, {"query", query}, {"clips", clips}});
  else print_message("search '" + options.name + "' kept; it finds " + std::to_string(clips) + (clips == 1 ? " clip" : " clips"));
  return kDone;
}

int remove(const Options& options, const Workspace& workspace, const Context& context) {
  const auto catalog = open_writable_catalog(workspace);
  const auto all = catalog->labels().filters();
  const bool known = std::any_of(all.begin(), all.end(), [&](const db::SavedFilterRow& search) { return search.name == options.name; });
  if (!known) throw SessionError("there is no search '" + options.name + "'; luthierctl searches lists them");
  catalog->labels().remove_filter(options.name);
  if (context.json) print_json({{"event", "removed"}, {"name", options.name}});
  else print_message("search '" + options.name + "' forgotten");
  return kDone;
}

const VerbRegistration searches{"searches", "list, keep or forget the saved searches of the library", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("what", options->what, "list, add or remove")->check(CLI::IsMember({"list", "add", "remove"}))->capture_default_str();
  command.add_option("name", options->name, "of the search; add replaces one of that name");
  command.add_option("query", options->words, "add: the search, as luthierctl clips takes it");
  return [options](Context& context) {
    const auto workspace = open_workspace(context);
    if (options->what == "add") return add(*options, workspace, context);
    return options->what == "remove" ? remove(*options, workspace, context) : list(workspace, context);
  };
}};

}  // namespace
}  // namespace luthier::ctl
