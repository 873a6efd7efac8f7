#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "app/ctl/arguments.h"
#include "audio/device/recorder.h"
#include "core/session/recording_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  audio::RecorderOptions input;
  double seconds = 10;
  std::string label;
};

int run_record(const Options& options, const Context& context) {
  audio::Recorder recorder(options.input);  // without an input no workspace is made
  const auto workspace = open_or_create_workspace(context);
  const std::string source = recorder.description();
  recorder.start();
  const auto sink = console_progress(context);
  while (recorder.seconds() < options.seconds && !context.stop.stop_requested()) {  // a stop keeps what there is
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    sink({recorder.seconds() / options.seconds, "recording from " + source, options.seconds - recorder.seconds()});
  }
  const bool lost = recorder.overflowed();
  const auto clip = keep_recording(workspace, recorder.stop(), source, options.label);
  if (context.json) print_json({{"event", "recorded"}, {"clip", clip.value}, {"input", source}, {"samples_lost", lost}});
  else print_message("recorded as clip " + std::to_string(clip.value) + (lost ? "; some samples were lost, as the machine was busy" : ""));
  return kDone;
}

const VerbRegistration verb{"record", "record from a sound input into a new clip", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("--seconds", options->seconds, "how long (Ctrl+C ends it earlier)")->check(CLI::Range(0.1, 600.0))->capture_default_str();
  command.add_option("--input", options->input.device, "number of the sound input, as 'luthierctl live --inputs' lists them (default: the system's)");
  command.add_option("--channels", options->input.channels, "1 or 2")->check(CLI::Range(1, 2))->capture_default_str();
  command.add_option("--label", options->label, "of the clip");
  return [options](Context& context) { return run_record(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
