#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/places.h"
#include "app/ctl/schema_flags.h"
#include "app/ctl/stopping.h"
#include "core/config/branches.h"
#include "core/session/family_catalog.h"
#include "core/session/free_output.h"
#include "core/session/named_sound.h"
#include "core/session/sound_files.h"
#include "core/session/transfer_models.h"
#include "core/session/transfer_presets.h"
#include "core/session/transfer_restore.h"
#include "core/session/transfer_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  TransferRequest request;
  std::string like, branch_from, saved, save, forget;
  int at_step = 0;
  bool json_steps = false, list_saved = false, settings = false;
};

constexpr const char* kUntrained = "optimiser";  ///< role of a family that has nothing to train

std::string untrained_families() {
  std::string names;
  for (const auto& family : family_catalog())
    if (family.role == kUntrained) names += (names.empty() ? "" : ", ") + family.id;
  return names;
}

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

void warn_of(const std::vector<std::string>& sentences) {
  for (const auto& sentence : sentences) print_message("warning: " + sentence);
}

/// What the command line says goes before what the record says.
TransferRequest like_record(const TransferRequest& given, const std::string& file) {
  const RestoredTransfer restored = restore_transfer(given.workspace, file);
  TransferRequest request = given;
  if (request.content.empty()) request.content = restored.request.content;
  if (request.style.empty()) request.style = restored.request.style;
  const bool own_model = !request.run.empty() || !request.checkpoint.empty() || !request.family.empty();
  const bool lost = (!own_model && !restored.model_found) || request.content.empty() || request.style.empty();
  if (lost && !restored.missing.empty()) throw std::runtime_error(restored.missing.front());
  if (!own_model) request.run = restored.request.run, request.checkpoint = restored.request.checkpoint, request.family = restored.request.family;
  if (request.vocoder.empty()) request.vocoder = restored.request.vocoder;
  if (request.keep_step == 0) request.keep_step = restored.request.keep_step;
  request.treble = request.treble && restored.request.treble;
  for (const auto& setting : transfer_schema_of(request))
    if (const auto found = restored.request.options.find(setting.name); found != restored.request.options.end()) request.options.insert(*found);
  warn_of(restored.missing);
  return request;
}

TransferRequest branched(const TransferRequest& given, const Options& options, const SchemaFlags& flags) {
  if (options.at_step < 1) throw UsageError("--branch-from needs --at-step K: the sampling step to go on from, counted from 1");
  if (!given.content.empty() || !given.style.empty() || !given.run.empty() || !given.checkpoint.empty())
    throw UsageError("a branch keeps content, style and model of its record; leave them out");
  const RestoredTransfer origin = restore_transfer(given.workspace, options.branch_from);
  const Config changes = flags.given(origin.record.untrained ? untrained_transfer_settings(origin.record.family) : family_entry(origin.record.family).transfer_schema);
  if (changes.empty()) throw UsageError("say what is different from step " + std::to_string(options.at_step) + " on: --seed, --temperature, --guidance or --eta");
  TransferRequest request = branch_of(origin, options.at_step, changes);
  request.workspace = given.workspace, request.device = given.device, request.keep_step = given.keep_step;
  request.output = given.output, request.image = given.image;
  return request;
}

/// Without --out a result goes into the workspace, or beside the user where there is none.
void choose_place(TransferRequest& request, const Context& context) {
  if (!request.output.empty() || !request.workspace.empty()) return;
  std::error_code error;
  for (const auto& sound : {request.content, request.style})
    if (is_clip_number(sound) && !std::filesystem::exists(sound, error)) open_workspace(context);  // says that there is none
  const bool there = std::filesystem::is_regular_file(request.content, error) && (request.style.empty() || std::filesystem::is_regular_file(request.style, error));
  if (workspace_named(context) && there) {
    request.workspace = open_or_create_workspace(context).folder();
    return;
  }
  const auto label = request.options.find("label");
  const std::string style = !request.style.empty() ? std::filesystem::path(request.style).stem().string() : label == request.options.end() ? "label" : to_text(label->second);
  request.output = free_output(".", safe_file_name(std::filesystem::path(request.content).stem().string() + " as " + style), ".wav");
}

TransferRequest request_from(const Options& options, const SchemaFlags& flags, Context& context) {
  TransferRequest request = options.request;
  if (options.at_step != 0 && options.branch_from.empty()) throw UsageError("--at-step belongs to --branch-from: name the result to go on from");
  if (!options.like.empty() && !options.branch_from.empty()) throw UsageError("--branch-from takes all from its record; leave out --like");
  if (Workspace::is_workspace(context.workspace)) request.workspace = context.workspace;
  else if (!request.run.empty() || !options.saved.empty() || !options.save.empty()) request.workspace = open_workspace(context).folder();
  if (!options.branch_from.empty()) {
    request = branched(request, options, flags);
    choose_place(request, context);
    return request;
  }
  if (!request.run.empty() && !request.checkpoint.empty()) refuse_foreign_checkpoint(open_workspace(context), request.run, request.checkpoint);
  if (!options.saved.empty()) apply_preset(transfer_preset(request.workspace, options.saved), request);
  if (!options.like.empty()) request = like_record(request, options.like);
  const char* const needed = "--content and --style are needed: a sound file or a clip number each (no style where --style_by label takes a --label's)";
  const bool label_may_do = flags.has("style_by") || request.options.count("style_by");
  if (request.content.empty() || (request.style.empty() && !label_may_do)) throw UsageError(needed);
  const Schema settings = transfer_schema_of(request);
  for (const auto& [name, value] : flags.given(settings)) request.options[name] = value;
  if (flags.has("branches")) as_usage([&] { return parse_branches(std::get<std::string>(request.options.at("branches")), settings); });
  if (request.style.empty() && needs_style_clip(settings, request.options)) throw UsageError(needed);
  choose_place(request, context);
  if (!options.save.empty()) save_transfer_preset(request.workspace, preset_of(request, options.save));
  return request;
}

int list_saved(Context& context) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& preset : transfer_presets(open_workspace(context).folder())) {
    const std::string model = !preset.run.empty() ? preset.run : !preset.family.empty() ? preset.family : preset.checkpoint.empty() ? "shipped weights" : preset.checkpoint;
    std::string settings;
    for (const auto& [name, value] : preset.options) settings += (settings.empty() ? "" : ", ") + name + "=" + to_text(value);
    if (context.json) print_json({{"event", "saved settings"}, {"name", preset.name}, {"model", model}, {"settings", settings}, {"vocoder", preset.vocoder}, {"treble", preset.treble}});
    rows.push_back({preset.name, model, settings});
  }
  if (!context.json) print_table({"name", "model", "settings"}, rows);
  return kDone;
}

Schema settings_of(const Options& options, const Context& context) {
  TransferRequest request = options.request;
  if (request.family.empty()) {
    if (!request.run.empty()) request.workspace = open_workspace(context).folder();
    return transfer_schema_of(request);
  }
  const FamilyEntry& family = *as_usage([&] { return &family_entry(request.family); });
  return family.role == kUntrained ? untrained_transfer_settings(family.id) : family.transfer_schema;
}

int transfer_verb(const Options& options, const SchemaFlags& flags, Context& context) {
  if (options.settings) return list_settings(settings_of(options, context), context);
  if (options.list_saved) return list_saved(context);
  if (!options.forget.empty()) {
    remove_transfer_preset(open_workspace(context).folder(), options.forget);
    return kDone;
  }
  const TransferRequest request = request_from(options, flags, context);
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

std::string not_empty(const std::string& word) { return word.empty() ? "needs a name, not an empty word" : ""; }

const VerbRegistration transfer_registration{"transfer", "play one sound's notes in another sound's timbre", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  TransferRequest& request = options->request;
  command.add_option("--run", request.run, "trained run; without it the shipped model");
  command.add_option("--checkpoint", request.checkpoint, "a weight file instead of a run (or, with --run, one of that run's own)");
  command.add_option("--family", request.family, "a family that needs no training instead of a run: " + untrained_families());
  command.add_option("--preset", request.preset, "of --family: one of its presets (default: the first)");
  command.add_option("--content", request.content, "sound file or clip number: the notes");
  command.add_option("--style", request.style, "sound file or clip number: the timbre");
  command.add_flag("!--no-treble", request.treble, "make nothing above the model's own band (otherwise treble follows the style where the content's rate allows it)");
  command.add_option("--vocoder", request.vocoder, "run or weight file of a vocoder (default: Griffin-Lim from the content's phase)");
  command.add_option("--device", request.device, "auto, cpu or cuda")->check(CLI::IsMember({"auto", "cpu", "cuda"}))->capture_default_str();
  command.add_option("--out", request.output, "WAV, FLAC … that does not exist yet (default: a new folder under transfers/ of the workspace; without a workspace './CONTENT as STYLE.wav')");
  command.add_flag("--settings", options->settings, "list the settings of the run, the weight file, the family or the shipped model with ranges and defaults, and end");
  command.add_option("--image", request.image, "PNG with the spectrograms of content, style and result");
  command.add_option("--like", options->like, "a result (WAV, FLAC, PNG, SVG or JSON record): take from it what is not given here");
  command.add_option("--branch-from", options->branch_from, "a result to go on from at --at-step, with another --seed, --temperature, --guidance or --eta");
  command.add_option("--at-step", options->at_step, "of --branch-from: the sampling step up to which all is as it was");
  command.add_option("--keep-step", request.keep_step, "take the clean estimate after this sampling step as the result")->check(CLI::Range(0, 1000000));
  command.add_option("--saved", options->saved, "settings that were saved under this name in the workspace")->check(not_empty);
  command.add_option("--save", options->save, "keep model and settings under a new name in the workspace, for --saved")->check(not_empty);
  command.add_flag("--list-saved", options->list_saved, "list the settings that are saved, and do no more");
  command.add_option("--forget", options->forget, "take the settings of this name away, and do no more")->check(not_empty);
  command.add_flag("--json-steps", options->json_steps, "with --json: a line for every sampling step");
  std::vector<Schema> schemas;
  for (const auto& family : family_catalog()) {
    schemas.push_back(family.transfer_schema);
    if (family.role == kUntrained) schemas.push_back(family.schema);
  }
  const SchemaFlags flags(command, schemas);
  command.footer("Every transfer setting of the model is a flag too: --steps, --strength, --guidance, --seed …\n"
                 "luthierctl transfer --settings [--run R, --family F] lists them with range, unit and default.");
  return [options, flags](Context& context) { return transfer_verb(*options, flags, context); };
}};

}  // namespace
}  // namespace luthier::ctl
