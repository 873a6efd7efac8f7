#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/library_session.h"
#include "db/clip_store.h"

namespace luthier::ctl {
namespace {

struct Options {
  bool exclude = false, remove = false;
};

void list_groups(db::Catalog& catalog, const Context& context) {
  std::vector<std::vector<std::string>> rows;
  int number = 0;
  for (const auto& group : catalog.clips().duplicates()) {
    ++number;
    const auto views = catalog.clips().views(group);
    for (std::size_t i = 0; i < views.size(); ++i) {
      const auto& view = views[i];
      if (context.json)
        print_json({{"event", "duplicate"}, {"group", number}, {"kept", i == 0}, {"id", view.clip.id.value}, {"label", view.label}, {"name", view.name},
                    {"excluded", view.clip.excluded}, {"sha256", view.clip.sha256}});
      rows.push_back({std::to_string(number), std::to_string(view.clip.id.value), view.label, view.name,
                      time_text(static_cast<double>(view.clip.start_frame) / std::max(view.sample_rate, 1)), time_text(view.clip.seconds),
                      i == 0 ? "kept" : view.clip.excluded ? "extra, excluded" : "extra"});
    }
  }
  if (!context.json && !rows.empty()) print_table({"group", "id", "label", "name", "start", "length", "state"}, rows);
}

int run_duplicates(const Options& options, Context& context) {
  const auto workspace = open_workspace(context);
  const auto catalog = options.exclude || options.remove ? open_writable_catalog(workspace) : workspace.open_catalog();
  const auto extra = extra_duplicates(*catalog).size();
  list_groups(*catalog, context);
  if (options.exclude) exclude_duplicates(*catalog);
  if (options.remove) remove_duplicates(*catalog);
  const char* done = options.exclude ? "excluded" : options.remove ? "removed" : "listed";
  if (context.json) print_json({{"event", "duplicates"}, {"extra", extra}, {"done", done}});
  else print_message(std::to_string(extra) + (extra == 1 ? " clip holds" : " clips hold") + " the same sound as another" +
                     (options.exclude || options.remove ? std::string("; ") + done : std::string()));
  return kDone;
}

const VerbRegistration verb{"duplicates", "list clips with the same samples; exclude or remove all but one of each", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto* exclude = command.add_flag("--exclude", options->exclude, "exclude the extra ones; undo takes them in again");
  command.add_flag("--remove", options->remove, "remove the extra ones from the catalog; undo brings them back")->excludes(exclude);
  command.footer("Kept is the clip that is not excluded, labelled, best rated and oldest. 'luthierctl clips dup:extra' lists the others.");
  return [options](Context& context) { return run_duplicates(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
