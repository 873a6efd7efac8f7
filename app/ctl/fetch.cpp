#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/fetch_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  FetchRequest request;
  bool no_trim = false;
};

void tell(const Context& context, const FetchResult& result) {
  for (const auto& problem : result.problems) {
    if (context.json) print_json({{"event", "skipped"}, {"line", problem.line}, {"title", problem.title}, {"reason", problem.reason}});
    else print_message("line " + std::to_string(problem.line) + ", " + problem.title + ": " + problem.reason);
  }
  if (context.json)
    print_json({{"event", "fetch"}, {"recordings", result.recordings}, {"clips", result.clips}, {"already", result.already}, {"failed", result.problems.size()},
                {"cancelled", result.outcome == Outcome::cancelled}});
  else
    print_message(std::to_string(result.recordings) + " recordings, " + std::to_string(result.clips) + " clips fetched, " + std::to_string(result.already) +
                  " there already, " + std::to_string(result.problems.size()) + " failed");
}

int run_fetch(Options& options, Context& context) {
  options.request.cutting.trim = !options.no_trim;
  check_fetch(options.request);  // before a new workspace is made
  const auto workspace = open_or_create_workspace(context);
  const auto result = fetch_sounds(workspace, options.request, console_progress(context), context.stop);
  tell(context, result);
  if (result.outcome == Outcome::cancelled) return kCancelled;
  if (result.recordings == 0 && !result.problems.empty()) throw SessionError("nothing was fetched: " + result.problems.front().reason);
  return kDone;
}

const VerbRegistration verb{"fetch", "fetch a list of recordings with yt-dlp and ffmpeg, and import them", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  command.add_option("csv", request.csv, "list with lines instrument,title,url")->required();
  command.add_option("--rights", request.rights, "licence or permission, kept with each recording");
  command.add_option("--clip-seconds", request.cutting.clip_seconds, "length of a clip, s; 0: whole recordings")->check(CLI::Range(0.0, 14400.0))->capture_default_str();
  command.add_option("--max-seconds", request.cutting.max_seconds, "leave out clips that would start later than this, s; 0: none")->check(CLI::Range(0.0, 1e6))->capture_default_str();
  command.add_flag("--no-trim", options->no_trim, "keep the silence at both ends of a recording");
  return [options](Context& context) { return run_fetch(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
