#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/synth_session.h"

namespace luthier::ctl {
namespace {

const VerbRegistration synth{"synth", "render the same phrases by each instrument, as clips with known targets", [](CLI::App& command) {
  auto request = std::make_shared<SynthRequest>();
  command.add_option("--phrases", request->phrases, "number of phrases")->check(CLI::Range(1, 100000))->capture_default_str();
  command.add_option("--seed", request->seed, "start of the phrases")->capture_default_str();
  command.add_option("--soundfont", request->soundfont, "General MIDI soundfont; default: the installed one");
  command.add_option("--instruments", request->instruments, "names separated by commas")->delimiter(',')->capture_default_str();
  command.add_option("--seconds", request->seconds, "length of a phrase, s")->check(CLI::Range(1.0, 120.0))->capture_default_str();
  command.add_option("--rate", request->sample_rate, "sample rate of the files, Hz")->check(CLI::Range(8000, 96000))->capture_default_str();
  return [request](Context& context) {
    check_synth(*request);  // before a workspace is made
    const auto workspace = open_or_create_workspace(context);
    const auto result = synth_phrases(workspace, *request, console_progress(context), context.stop);
    const bool stopped = result.outcome == Outcome::cancelled;
    if (context.json) print_json({{"event", "synth"}, {"phrases", result.phrases}, {"clips", result.clips}, {"cancelled", stopped}});
    else print_message(std::to_string(result.clips) + " clips of " + std::to_string(result.phrases) + " phrases rendered into " + workspace.folder().string() + (stopped ? "; then it was stopped" : ""));
    return stopped ? kCancelled : kDone;
  };
}};

}  // namespace
}  // namespace luthier::ctl
