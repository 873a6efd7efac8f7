#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/library_session.h"
#include "db/clip_store.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::int64_t clip = 0;
  double from = 0, to = -1;
  bool add = false, recording = false;
};

int run_cut(const Options& options, Context& context) {
  const auto workspace = open_workspace(context);
  const auto catalog = open_writable_catalog(workspace);
  const db::ClipId id{options.clip};
  const auto view = catalog->clips().view(id);
  if (!view) throw SessionError("there is no clip " + std::to_string(options.clip) + "; luthierctl clips lists them");
  const std::int64_t base = options.recording ? 0 : view->clip.start_frame;
  const std::int64_t end = options.recording ? view->recording_frames : base + view->clip.frame_count;
  const auto frame = [&](double seconds) { return base + static_cast<std::int64_t>(std::llround(seconds * view->sample_rate)); };
  const std::int64_t first = frame(options.from), last = options.to < 0 ? end : std::min(frame(options.to), end);
  if (last <= first) throw UsageError("--to must be later than --from, and both within the " + std::string(options.recording ? "recording" : "clip"));
  db::ClipId shown = id;
  if (options.add) shown = cut_new_clip(workspace, *catalog, id, first, last - first);
  else recut_clip(workspace, *catalog, id, first, last - first);
  const auto now = *catalog->clips().view(shown);
  if (context.json)
    print_json({{"event", "cut"}, {"clip", shown.value}, {"new", options.add}, {"start_frame", now.clip.start_frame}, {"frames", now.clip.frame_count},
                {"seconds", now.clip.seconds}});
  else print_message((options.add ? "new clip " : "clip ") + std::to_string(shown.value) + ": " + time_text(now.clip.seconds));
  return kDone;
}

const VerbRegistration verb{"cut", "trim a clip, or cut a new one out of it or its recording", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("clip", options->clip, "number of the clip")->required();
  command.add_option("--from", options->from, "start, s")->check(CLI::Range(0.0, 1e6))->capture_default_str();
  command.add_option("--to", options->to, "end, s; default: the end")->check(CLI::Range(0.0, 1e6));
  command.add_flag("--new", options->add, "leave the clip as it is and make a new one, with its label, tags and split");
  command.add_flag("--in-recording", options->recording, "count the seconds from the start of the recording, not of the clip");
  command.footer("A trimmed clip leaves its phrase, as it no longer plays all of its notes. undo takes it back.");
  return [options](Context& context) { return run_cut(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
