#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/check_session.h"
#include "core/session/disk_session.h"
#include "core/session/library_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  bool deep = false, free = false, free_features = false;
  std::vector<std::filesystem::path> relink;
};

void relink(const Options& options, const Workspace& workspace, const Context& context) {
  const auto catalog = open_writable_catalog(workspace);
  const auto result = relink_missing(workspace, *catalog, options.relink, console_progress(context), context.stop);
  if (context.json) print_json({{"event", "relink"}, {"missing", result.missing}, {"found", result.found}});
  else print_message(std::to_string(result.found) + " of " + std::to_string(result.missing) + " missing files found again");
}

void tell_freed(const Context& context, const std::string& what, const FreedFiles& freed) {
  if (context.json) print_json({{"event", "freed"}, {"what", what}, {"files", freed.files}, {"bytes", freed.bytes}});
  else print_message(std::to_string(freed.files) + " " + what + " files removed (" + std::to_string(freed.bytes / 1'000'000) + " MB)");
}

void free_files(const Options& options, const Workspace& workspace, const Context& context) {
  const auto catalog = open_writable_catalog(workspace);
  if (options.free) tell_freed(context, "unused", free_unused_files(workspace, *catalog, false));
  if (options.free_features) tell_freed(context, "cached", free_features(workspace, false));
}

std::string cure_text(Cure cure) {
  switch (cure) {
    case Cure::relink: return "; put it back, or find it with 'luthierctl check --relink FOLDER'";
    case Cure::list_duplicates: return "; 'luthierctl clips dup:yes' lists them";
    case Cure::free_unpacked: return "; the next import of a shard or 'luthierctl check --free' removes it";
    case Cure::free_unused: return "; 'luthierctl check --free' frees that space and forgets the undo steps";
    case Cure::none: break;
  }
  return {};
}

int tell_result(const Context& context, const Workspace& workspace, const CheckResult& result) {
  std::int64_t errors = 0;
  for (const Finding& finding : result.findings) {
    errors += finding.error ? 1 : 0;
    const std::string text = finding.text + cure_text(finding.cure);
    if (context.json) print_json({{"event", "finding"}, {"error", finding.error}, {"text", text}});
    else std::cout << (finding.error ? "error: " : "note: ") << text << '\n';
  }
  const auto notes = static_cast<std::int64_t>(result.findings.size()) - errors;
  if (context.json)
    print_json({{"event", "check"}, {"recordings", result.recordings}, {"clips", result.clips}, {"runs", result.runs}, {"errors", errors}, {"notes", notes}});
  else
    print_message(std::to_string(result.recordings) + " recordings, " + std::to_string(result.clips) + " clips, " + std::to_string(result.runs) + " runs: " +
                  std::to_string(errors) + (errors == 1 ? " error, " : " errors, ") + std::to_string(notes) + (notes == 1 ? " note" : " notes"));
  if (result.stopped) return kCancelled;
  if (errors > 0) throw SessionError("the workspace '" + workspace.folder().string() + "' is not as it should be; what is wrong is listed on standard output");
  return kDone;
}

int run_check(const Options& options, Context& context) {
  const auto workspace = open_workspace(context);
  for (const auto& folder : options.relink)
    if (std::error_code error; !std::filesystem::is_directory(folder, error)) throw SessionError("there is no folder '" + folder.string() + "' to look for missing files in; check the path");
  if (!options.relink.empty()) relink(options, workspace, context);
  if (options.free || options.free_features) free_files(options, workspace, context);
  return tell_result(context, workspace, check_workspace(workspace, options.deep, console_progress(context), context.stop));
}

const VerbRegistration verb{"check", "look through the workspace for lost, changed and left-over files (exit 1: something is wrong)", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_flag("--deep", options->deep, "also compare every file's content with its hash");
  command.add_option("--relink", options->relink, "look for missing files in these folders, by content");
  command.add_flag("--free", options->free, "remove files in audio/ that no clip uses; forgets the undo steps");
  command.add_flag("--free-features", options->free_features, "empty the feature cache (made again when needed)");
  return [options](Context& context) { return run_check(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
