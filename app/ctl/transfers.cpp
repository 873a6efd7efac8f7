#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/disk_session.h"
#include "core/session/transfer_list.h"
#include "db/transfer_store.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::vector<std::string> words;
  std::vector<std::int64_t> keep, unkeep, remove;
  bool kept = false, dry = false;
  int limit = 200;
};

std::vector<db::TransferId> ids_of(const std::vector<std::int64_t>& numbers) {
  std::vector<db::TransferId> ids;
  for (const auto number : numbers) ids.push_back({number});
  return ids;
}

int mark(const Options& options, const Context& context) {
  const auto catalog = open_writable_catalog(open_workspace(context));
  mark_transfers(*catalog, ids_of(options.keep), true);
  mark_transfers(*catalog, ids_of(options.unkeep), false);
  for (const auto& [numbers, kept] : {std::pair{&options.keep, true}, {&options.unkeep, false}}) {
    for (const auto number : *numbers) {
      if (context.json) print_json({{"event", "marked"}, {"transfer", number}, {"kept", kept}});
      else print_message("transfer " + std::to_string(number) + (kept ? " is kept" : " is not kept any more"));
    }
  }
  return kDone;
}

int remove(const Options& options, const Context& context) {
  const Workspace workspace = open_workspace(context);
  const auto catalog = options.dry ? workspace.open_catalog() : open_writable_catalog(workspace);
  for (const auto id : ids_of(options.remove)) free_transfer(workspace, *catalog, id, true);  // a wrong number removes nothing at all
  for (const auto id : ids_of(options.remove)) {
    const FreedFiles freed = free_transfer(workspace, *catalog, id, options.dry);
    if (context.json) print_json({{"event", "removed"}, {"transfer", id.value}, {"files", freed.files}, {"bytes", freed.bytes}, {"dry_run", options.dry}});
    else print_message("transfer " + std::to_string(id.value) + (options.dry ? " would be removed, " : " removed, ") + std::to_string(freed.files) + (freed.files == 1 ? " file" : " files"));
  }
  return kDone;
}

int list(const Options& options, const Context& context) {
  TransferQuery query;
  for (const auto& word : options.words) query.words += word + " ";
  query.kept_only = options.kept, query.limit = options.limit;
  const Workspace workspace = open_workspace(context);
  const FoundTransfers found = find_transfers(*workspace.open_catalog(), query);
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : found.rows) {
    const std::string model = transfer_model_name(row.model), name = model_name(row.model, found.titles), file = (workspace.resolve(row.folder) / row.audio).string();
    if (context.json)
      print_json({{"event", "transfer"}, {"transfer", row.id.value}, {"kept", row.kept}, {"made", row.created_at}, {"content", row.content}, {"style", row.style},
                  {"model", model}, {"model_title", name == model ? Json() : Json(name)}, {"file", file}, {"seconds", row.seconds}, {"settings", Json::parse(row.settings_json, nullptr, false)}});
    rows.push_back({std::to_string(row.id.value), row.kept ? "kept" : "", row.created_at, row.content, row.style, name, file});
  }
  if (context.json) return kDone;
  print_table({"transfer", "kept", "made", "content", "style", "model", "file"}, rows);
  if (found.count > static_cast<std::int64_t>(rows.size()))
    print_message("the newest " + std::to_string(rows.size()) + " of " + std::to_string(found.count) + "; --limit shows more");
  return kDone;
}

const VerbRegistration transfers{"transfers", "list, search, keep and remove the results of the workspace", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("words", options->words, "only results that have all of these in content, style, model and its title, settings, notes, folder or time");
  command.add_flag("--kept", options->kept, "only results that are marked as kept");
  command.add_option("--limit", options->limit, "how many at most, the newest first")->check(CLI::Range(1, 1000000))->capture_default_str();
  command.add_option("--keep", options->keep, "mark these as kept (numbers): 'free --transfers' leaves them");
  command.add_option("--unkeep", options->unkeep, "take that mark away");
  command.add_option("--remove", options->remove, "remove these with their sounds and pictures; cannot be undone");
  command.add_flag("--dry-run", options->dry, "of --remove: only say what would go");
  return [options](Context& context) {
    const bool marks = !options->keep.empty() || !options->unkeep.empty();
    if (marks && !options->remove.empty()) throw UsageError("either mark results or remove them, not both at once");
    if (options->dry && options->remove.empty()) throw UsageError("--dry-run belongs to --remove");
    if ((marks || !options->remove.empty()) && (!options->words.empty() || options->kept)) throw UsageError("results are marked and removed by their numbers; leave the words out");
    return marks ? mark(*options, context) : !options->remove.empty() ? remove(*options, context) : list(*options, context);
  };
}};

}  // namespace
}  // namespace luthier::ctl
