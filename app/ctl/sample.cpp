#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/places.h"
#include "app/ctl/schema_flags.h"
#include "app/ctl/stopping.h"
#include "core/session/family_catalog.h"
#include "core/session/free_output.h"
#include "core/session/sample_session.h"
#include "core/session/sound_files.h"
#include "core/session/transfer_session.h"

namespace luthier::ctl {
namespace {

void print_result(const SampleResult& result, const Context& context) {
  if (context.json) {
    print_json({{"event", "sampled"}, {"output", result.output.string()}, {"record", result.record.string()}, {"bins", result.sample.bins},
                {"frames", result.sample.frames}, {"sample_rate", result.sample.sound.sample_rate}, {"duration_s", result.sample.sound.seconds()}, {"seconds", result.seconds}});
    return;
  }
  std::cout << result.output.string() << '\n';
  print_message(time_text(result.sample.sound.seconds()) + " s of sound in " + time_text(result.seconds) + " s; record in " + result.record.string());
}

/// Without --out a sound goes into the workspace, or beside the user where there is none.
void choose_place(SampleRequest& request, const Context& context) {
  std::error_code error;
  if (workspace_named(context) && std::filesystem::is_regular_file(request.checkpoint, error)) request.workspace = open_or_create_workspace(context).folder();
  else request.output = free_output(".", safe_file_name("sample of " + std::filesystem::path(request.checkpoint).stem().string()), ".wav");
}

/// Another model than a generator has none; then the session says what is needed.
bool has_sliders(const Schema& settings) {
  return std::any_of(settings.begin(), settings.end(), [](const Setting& setting) { return setting.name.starts_with("axis_"); });
}

int sample_verb(SampleRequest request, const SchemaFlags& flags, Context& context) {
  if (Workspace::is_workspace(context.workspace)) request.workspace = context.workspace;
  else if (!request.run.empty()) request.workspace = open_workspace(context).folder();
  else if (request.output.empty() && !request.checkpoint.empty()) choose_place(request, context);
  if (!request.run.empty() && !request.checkpoint.empty()) refuse_foreign_checkpoint(open_workspace(context), request.run, request.checkpoint);
  if (!request.run.empty() || !request.checkpoint.empty()) {
    const Schema settings = request.run.empty() ? checkpoint_transfer_settings(request.checkpoint) : transfer_settings(request.workspace, request.run);
    request.options = flags.given(settings);
    if (!request.latent.empty() && has_sliders(settings)) as_usage([&] { return with_latent(settings, request.options, request.latent); });
  }
  const auto sink = console_progress(context);
  const auto result = sample(request, [&](double fraction, const std::string& text) { sink({fraction, text, -1}); }, context.stop);
  if (result.outcome == Outcome::cancelled) return kCancelled;
  if (result.outcome == Outcome::failed) throw std::runtime_error(result.message);
  print_result(result, context);
  return kDone;
}

const VerbRegistration sample_registration{"sample", "let a generator make a spectrogram and its sound from noise", [](CLI::App& command) {
  auto request = std::make_shared<SampleRequest>();
  command.add_option("--run", request->run, "trained run of a generator, such as simplegan");
  command.add_option("--checkpoint", request->checkpoint, "a weight file instead of a run (or, with --run, one of that run's own)");
  command.add_option("--latent", request->latent, "places of the latent space's sliders, as in 1.5,0,-2; those left out stay at 0")->delimiter(',');
  command.add_option("--vocoder", request->vocoder, "run or weight file of a vocoder (default: Griffin-Lim)");
  command.add_option("--device", request->device, "auto, cpu or cuda")->check(CLI::IsMember({"auto", "cpu", "cuda"}))->capture_default_str();
  command.add_option("--out", request->output, "WAV, FLAC … that does not exist yet (default: a new folder under transfers/ of the workspace; without a workspace './sample of CHECKPOINT.wav')");
  command.add_option("--image", request->image, "PNG of the spectrogram");
  command.add_option("--features", request->features, "the spectrogram as .npy, which luthierctl invert reads");
  std::vector<Schema> schemas;
  for (const auto& family : family_catalog())
    if (family.role == "generator") schemas.push_back(family.transfer_schema);
  const SchemaFlags flags(command, schemas);
  command.footer("Every setting of the generator is a flag too: --seed, --pictures, --temperature …");
  return [request, flags](Context& context) { return sample_verb(*request, flags, context); };
}};

}  // namespace
}  // namespace luthier::ctl
