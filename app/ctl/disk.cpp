#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/disk_session.h"

namespace luthier::ctl {
namespace {

std::string megabytes(std::int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

int list_parts(Context& context) {
  const auto workspace = open_workspace(context);
  std::vector<std::vector<std::string>> rows;
  std::int64_t all = 0;
  for (const DiskItem& item : disk_use(workspace, context.stop)) {
    all += item.size.bytes;
    if (context.json)
      print_json({{"event", "disk"}, {"part", to_text(item.part)}, {"run", item.run}, {"note", item.note}, {"files", item.size.files},
                  {"bytes", item.size.bytes}, {"removable", item.removable}});
    rows.push_back({item.run.empty() ? to_text(item.part) : item.run, item.note, std::to_string(item.size.files), megabytes(item.size.bytes),
                    item.removable ? "yes" : ""});
  }
  if (context.json) return kDone;
  print_table({"part", "state", "files", "size", "can be freed"}, rows);
  print_message(megabytes(all) + " in all, " + megabytes(static_cast<std::int64_t>(workspace.free_bytes())) + " free on the disk");
  return kDone;
}

const VerbRegistration disk{"disk", "what the workspace takes on disk, part by part and run by run", [](CLI::App&) {
  return [](Context& context) { return list_parts(context); };
}};

struct Options {
  std::vector<std::string> runs;
  bool features = false, unused = false, transfers = false, dry = false;
};

int run_free(const Options& options, Context& context) {
  if (options.runs.empty() && !options.features && !options.unused && !options.transfers)
    throw UsageError("name what to free: --run ID, --features, --unused or --transfers ('luthierctl disk' shows what they take)");
  const auto workspace = open_workspace(context);
  for (const std::string& run : options.runs) free_run(workspace, *workspace.open_catalog(), run, true);  // a wrong name frees nothing at all
  if (!options.dry && ::access(workspace.folder().c_str(), W_OK) != 0) open_writable_catalog(workspace);  // throws
  const auto tell = [&](const std::string& what, const FreedFiles& freed) {
    if (context.json) print_json({{"event", "freed"}, {"what", what}, {"files", freed.files}, {"bytes", freed.bytes}, {"dry_run", options.dry}});
    else print_message(what + ": " + std::to_string(freed.files) + (freed.files == 1 ? " file, " : " files, ") + megabytes(freed.bytes) +
                       (options.dry ? " would be freed" : " freed"));
  };
  // What needs no row goes first: on a full disk it makes the room that the catalog needs.
  if (options.features) tell(to_text(DiskPart::features), free_features(workspace, options.dry));
  const bool full = !options.dry && workspace.open_catalog()->read_only() && ::access(workspace.folder().c_str(), W_OK) == 0;
  if (full)
    for (const std::string& run : options.runs) tell("run " + run, free_run_files(workspace, run));
  if (options.features && options.runs.empty() && !options.transfers && !options.unused) return kDone;
  const auto catalog = options.dry ? workspace.open_catalog() : open_writable_catalog(workspace);
  for (const std::string& run : options.runs) {
    if (full) forget_run(*catalog, run);
    else tell("run " + run, free_run(workspace, *catalog, run, options.dry));
  }
  if (options.transfers) tell(to_text(DiskPart::old_transfers), free_transfers(workspace, *catalog, options.dry));
  if (options.unused) tell(to_text(DiskPart::unused_audio), free_unused_files(workspace, *catalog, options.dry));
  return kDone;
}

const VerbRegistration free_verb{"free", "remove runs, caches and sounds of no clip from the disk; cannot be undone", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("--run", options->runs, "run id, with its checkpoints; may be given several times")->take_all();
  command.add_flag("--features", options->features, "the feature cache (made again when needed)");
  command.add_flag("--unused", options->unused, "sounds in audio/ that no clip uses; forgets the undo steps");
  command.add_flag("--transfers", options->transfers, "transfers that are not marked as kept (luthierctl transfers --keep)");
  command.add_flag("--dry-run", options->dry, "only say what would be freed");
  return [options](Context& context) { return run_free(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
