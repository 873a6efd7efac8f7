#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/console_listener.h"
#include "app/ctl/schema_flags.h"
#include "app/ctl/stopping.h"
#include "core/session/family_catalog.h"
#include "core/session/training_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::string family, preset, device = "auto", resume, start_from, pairs;
  std::vector<std::string> labels;
  double minutes = 0;
  bool dry = false, settings = false;
};

std::string family_names() {
  std::string names;
  for (const auto& family : family_catalog()) names += (names.empty() ? "" : ", ") + family.id;
  return names;
}

std::vector<Schema> schemas() {
  std::vector<Schema> all;
  for (const auto& family : family_catalog()) all.push_back(family.schema);
  return all;
}

TrainingRequest request_from(const Options& options, const SchemaFlags& flags, const Context& context) {
  TrainingRequest request;
  request.workspace = context.workspace;
  request.device = options.device;
  request.pair_set = options.pairs;
  request.labels = options.labels;
  request.minutes = options.minutes;
  request.resume = options.resume;
  request.start_from = options.start_from;
  if (!options.resume.empty() && !options.start_from.empty()) throw UsageError("--resume goes on with a run's own weights; leave out --start-from");
  request.family = options.family;
  if (!options.resume.empty()) {
    const std::string family = read_run(context.workspace, options.resume).family;
    if (!options.family.empty() && options.family != family)
      throw UsageError("the run " + options.resume + " is of the family " + family + ", not " + options.family);
    request.family = family;
  }
  if (request.family.empty()) throw UsageError("name a family (" + family_names() + ") or a run with --resume");
  const FamilyEntry& entry = family_entry(request.family);
  request.preset = options.preset.empty() ? entry.presets.front().name : options.preset;
  request.overrides = flags.given(entry.schema);
  return request;
}

int show_dry_run(const TrainingRequest& request, const Context& context) {
  const DryRun run = dry_run(request, context.stop);
  if (context.json)
    print_json({{"clips", run.clips}, {"parameters", run.parameters}, {"total_steps", run.total_steps}, {"seconds_per_step", run.seconds_per_step},
                {"seconds_total", run.seconds_total}, {"memory_bytes", run.memory_bytes}});
  else
    std::cout << run.clips << " clips, " << run.parameters << " parameters, " << run.total_steps << " steps of " << run.seconds_per_step << " s, about "
              << time_text(run.seconds_total) << ", " << static_cast<long>(run.memory_bytes / 1048576) << " MiB more memory\n";
  return kDone;
}

int train_verb(const Options& options, const SchemaFlags& flags, Context& context) {
  if (options.settings) {
    if (options.family.empty()) throw UsageError("--settings needs a family: " + family_names());
    std::cout << schema_help(family_entry(options.family).schema);
    return kDone;
  }
  const TrainingRequest request = request_from(options, flags, context);
  if (options.dry) return unless_stopped(context, [&] { return show_dry_run(request, context); });
  ConsoleListener listener(context.json);
  switch (train(request, listener, context.stop)) {
    case Outcome::done: return kDone;
    case Outcome::cancelled: return kCancelled;
    case Outcome::failed: break;
  }
  print_message("luthierctl: " + listener.finished().message);
  return kFailed;
}

const VerbRegistration train_registration{"train", "train a model family on the workspace's clips, or go on with a run", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("family", options->family, "model family: " + family_names());
  command.add_option("--preset", options->preset, "a family's preset: report, studio, quick (minutes), tiny (under a minute)");
  command.add_option("--device", options->device, "auto, cpu or cuda")->check(CLI::IsMember({"auto", "cpu", "cuda"}))->capture_default_str();
  command.add_option("--resume", options->resume, "go on with this run from its last checkpoint; settings given are changed");
  command.add_option("--start-from", options->start_from, "a new run from the weights of this run or file, or of the 'shipped' model (fine-tuning)");
  command.add_option("--minutes", options->minutes, "end after this time of training as a finished run; without --steps these are set to what fits into it")->check(CLI::Range(0.01, 1e6));
  command.add_option("--pairs", options->pairs, "name of a pair set");
  command.add_option("--label", options->labels, "only clips of these labels");
  command.add_flag("--dry-run", options->dry, "say what would be trained, with one measured step; write nothing");
  command.add_flag("--settings", options->settings, "list the family's settings and end");
  const SchemaFlags flags(command, schemas());
  command.footer("Every setting of the family is a flag: --name value. luthierctl train FAMILY --settings lists them.");
  return [options, flags](Context& context) { return train_verb(*options, flags, context); };
}};

}  // namespace
}  // namespace luthier::ctl
