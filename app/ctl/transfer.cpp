#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/schema_flags.h"
#include "core/session/family_catalog.h"
#include "core/session/transfer_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  TransferRequest request;
  bool json_steps = false;
};

void print_result(const TransferResult& result, const Context& context) {
  if (context.json) {
    print_json({{"event", "transferred"}, {"output", result.output.string()}, {"record", result.record.string()}, {"sample_rate", result.result.sample_rate},
                {"channels", result.result.channel_count()}, {"duration_s", result.result.seconds()}, {"seconds", result.seconds}, {"real_time_factor", result.real_time_factor}});
    return;
  }
  std::cout << result.output.string() << '\n';
  print_message(time_text(result.result.seconds()) + " s of sound in " + time_text(result.seconds) + " s; record in " + result.record.string());
  if (!result.message.empty()) print_message(result.message);
}

int transfer_verb(const Options& options, const SchemaFlags& flags, Context& context) {
  TransferRequest request = options.request;
  if (Workspace::is_workspace(context.workspace)) request.workspace = context.workspace;
  else if (!request.run.empty()) request.workspace = open_workspace(context).folder();
  if (request.checkpoint.empty()) request.options = flags.given(transfer_settings(request.workspace, request.run));
  else request.options = flags.given(checkpoint_transfer_settings(request.checkpoint));
  const auto sink = console_progress(context);
  TransferListener listener;
  listener.progress = [&](double fraction, const std::string& text) { sink({fraction, text, -1}); };
  if (options.json_steps && context.json)
    listener.step = [](const TransferStep& step) { print_json({{"event", "sampling"}, {"step", step.step}, {"total", step.total}}); };
  const TransferResult result = transfer(request, listener, context.stop);
  if (result.outcome == Outcome::cancelled) return kCancelled;
  if (result.outcome == Outcome::failed) throw std::runtime_error(result.message);
  print_result(result, context);
  return kDone;
}

const VerbRegistration transfer_registration{"transfer", "play one sound's notes in another sound's timbre", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  TransferRequest& request = options->request;
  command.add_option("--run", request.run, "trained run; without it the shipped model");
  command.add_option("--checkpoint", request.checkpoint, "a weight file instead of a run");
  command.add_option("--content", request.content, "sound file or clip number: the notes")->required();
  command.add_option("--style", request.style, "sound file or clip number: the timbre")->required();
  command.add_flag("!--no-treble", request.treble, "make nothing above the model's own band (otherwise treble follows the style where the content's rate allows it)");
  command.add_option("--vocoder", request.vocoder, "run or weight file of a vocoder (default: Griffin-Lim from the content's phase)");
  command.add_option("--device", request.device, "auto, cpu or cuda")->check(CLI::IsMember({"auto", "cpu", "cuda"}))->capture_default_str();
  command.add_option("--out", request.output, "WAV, FLAC … that does not exist yet (default: a new folder under transfers/)");
  command.add_option("--image", request.image, "PNG with the spectrograms of content, style and result");
  command.add_flag("--json-steps", options->json_steps, "with --json: a line for every sampling step");
  std::vector<Schema> schemas;
  for (const auto& family : family_catalog()) schemas.push_back(family.transfer_schema);
  const SchemaFlags flags(command, schemas);
  command.footer("Every transfer setting of the model is a flag too: --steps, --strength, --guidance, --seed …");
  return [options, flags](Context& context) { return transfer_verb(*options, flags, context); };
}};

}  // namespace
}  // namespace luthier::ctl
