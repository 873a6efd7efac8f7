#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/synth_session.h"

namespace luthier::ctl {
namespace {

const VerbRegistration synth{"synth", "render the same phrases by each instrument, as clips with known targets", [](CLI::App& command) {
  auto request = std::make_shared<SynthRequest>();
  command.add_option("--phrases", request->phrases, "number of phrases")->capture_default_str();
  command.add_option("--seed", request->seed, "start of the phrases")->capture_default_str();
  command.add_option("--soundfont", request->soundfont, "General MIDI soundfont; default: the installed one");
  command.add_option("--instruments", request->instruments, "names separated by commas")->delimiter(',')->capture_default_str();
  command.add_option("--seconds", request->seconds, "length of a phrase")->capture_default_str();
  command.add_option("--rate", request->sample_rate, "sample rate of the files, Hz")->capture_default_str();
  return [request](Context& context) {
    const auto workspace = open_or_create_workspace(context);
    const auto result = synth_phrases(workspace, *request, console_progress(context), context.stop);
    if (context.json) print_json({{"event", "synth"}, {"phrases", result.phrases}, {"clips", result.clips}});
    else print_message(std::to_string(result.clips) + " clips of " + std::to_string(result.phrases) + " phrases rendered into " + workspace.folder().string());
    return result.outcome == Outcome::cancelled ? kCancelled : kDone;
  };
}};

}  // namespace
}  // namespace luthier::ctl
