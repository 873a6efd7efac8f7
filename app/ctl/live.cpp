#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/schema_flags.h"
#include "audio/device/device_list.h"
#include "core/session/family_catalog.h"
#include "core/session/live_session.h"
#include "core/session/transfer_models.h"

namespace luthier::ctl {
namespace {

struct Options {
  LiveRequest request;
  bool inputs = false;
};

std::string milliseconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f ms", seconds * 1000);
  return text;
}

int list_inputs(const Context& context) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& device : audio::list_devices()) {
    if (device.input_channels < 1) continue;
    if (context.json) print_json({{"event", "input"}, {"index", device.index}, {"name", device.name}, {"default", device.default_input}});
    rows.push_back({std::to_string(device.index), device.name, device.default_input ? "default" : ""});
  }
  if (rows.empty()) print_message(audio::kNoInputMessage);
  else if (!context.json) print_table({"number", "input", ""}, rows);
  return kDone;
}

void print_result(const LiveResult& result, const Context& context) {
  if (context.json) {
    print_json({{"event", "live"}, {"output", result.output.string()}, {"record", result.record.string()}, {"input", result.input}, {"sound_output", result.sound_output},
                {"seconds", result.state.made}, {"latency_s", result.state.latency}, {"computing_mean_s", result.computing_mean},
                {"computing_most_s", result.computing_most}, {"late", result.state.late}, {"gaps", result.state.gaps}});
    return;
  }
  if (!result.output.empty()) std::cout << result.output.string() << '\n';
  print_message(time_text(result.state.made) + " s of sound, latency " + milliseconds(result.state.latency) + " (computing " + milliseconds(result.computing_mean) +
                " a block, at most " + milliseconds(result.computing_most) + "), " + std::to_string(result.state.late) + " blocks late");
}

int run_live(const Options& options, const SchemaFlags& flags, Context& context) {
  if (options.inputs) return list_inputs(context);
  LiveRequest request = options.request;
  if (request.style.empty()) throw UsageError("--style is needed: a sound file or a clip number");
  if (Workspace::is_workspace(context.workspace)) request.workspace = context.workspace;
  else if (!request.run.empty()) request.workspace = open_workspace(context).folder();
  TransferRequest model;
  model.workspace = request.workspace, model.run = request.run, model.checkpoint = request.checkpoint;
  request.options = flags.given(transfer_schema_of(model));
  auto last = std::chrono::steady_clock::now();
  const auto tell = [&](const LiveState& state) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last < std::chrono::milliseconds(500)) return;
    last = now;
    if (context.json) print_json({{"event", "streaming"}, {"heard_s", state.heard}, {"made_s", state.made}, {"level_in", state.level_in}, {"level_out", state.level_out},
                                  {"latency_s", state.latency}, {"computing_s", state.computing}, {"late", state.late}, {"gaps", state.gaps}});
    else print_message(time_text(state.heard) + " s in, latency " + milliseconds(state.latency) + ", " + std::to_string(state.late) + " late, " + std::to_string(state.gaps) + " gaps");
  };
  const LiveResult result = live(request, tell, context.stop);
  if (result.outcome == Outcome::cancelled) return kCancelled;
  if (result.outcome == Outcome::failed) throw std::runtime_error(result.message);
  print_result(result, context);
  return kDone;
}

const VerbRegistration verb{"live", "a sound input or a file in, the transfer out as a stream, with its latency", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  LiveRequest& request = options->request;
  command.add_option("--content", request.content, "sound file or clip number; without it the sound input (end with Ctrl+C)");
  command.add_option("--input", request.input_device, "number of the sound input, as --inputs lists them (default: the system's)");
  command.add_flag("--inputs", options->inputs, "list the sound inputs, and do no more");
  command.add_option("--style", request.style, "sound file or clip number: the timbre");
  command.add_option("--run", request.run, "trained run; without it the shipped model");
  command.add_option("--checkpoint", request.checkpoint, "a weight file instead of a run");
  command.add_option("--window", request.window, "seconds that the model hears at once")->check(CLI::Range(0.1, 30.0))->capture_default_str();
  command.add_option("--hop", request.hop, "seconds from one window to the next")->check(CLI::Range(0.02, 10.0))->capture_default_str();
  command.add_option("--ahead", request.ahead, "seconds that are waited for, so that the model knows what comes")->check(CLI::Range(0.01, 10.0))->capture_default_str();
  command.add_flag("--treble", request.treble, "make treble above the model's own band too");
  command.add_option("--seconds", request.seconds, "end after so much sound")->check(CLI::Range(0.0, 1800.0));
  command.add_flag("--play", request.play, "through the sound output");
  command.add_flag("--paced", request.paced, "let a file come in at its own pace, as from a device");
  command.add_option("--device", request.device, "auto, cpu or cuda")->check(CLI::IsMember({"auto", "cpu", "cuda"}))->capture_default_str();
  command.add_option("--out", request.output, "WAV, FLAC … that does not exist yet (default: a new folder under transfers/ of the workspace)");
  std::vector<Schema> schemas;
  for (const auto& family : family_catalog()) schemas.push_back(family.transfer_schema);
  const SchemaFlags flags(command, schemas);
  command.footer("Every transfer setting of the model is a flag too; steps and passes are 1 and temperature 0 unless given.");
  return [options, flags](Context& context) { return run_live(*options, flags, context); };
}};

}  // namespace
}  // namespace luthier::ctl
