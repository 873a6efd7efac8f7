#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <sstream>

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
  std::vector<std::string> labels, auditions;
  double minutes = 0;
  bool dry = false, settings = false, timeline = false;
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

/// "12,40": content and style.
std::pair<std::int64_t, std::int64_t> audition_from(const std::string& text) {
  std::int64_t content = 0, style = 0;
  char comma = 0, rest = 0;
  std::istringstream input(text);
  if (!(input >> content >> comma >> style) || comma != ',' || content < 1 || style < 1 || input >> rest)
    throw UsageError("--audition takes the numbers of a content and a style clip, as in 12,40, not '" + text + "'");
  return {content, style};
}

TrainingRequest request_from(const Options& options, const SchemaFlags& flags, const Context& context) {
  TrainingRequest request;
  request.workspace = context.workspace;
  request.device = options.device;
  request.pair_set = options.pairs;
  request.labels = options.labels;
  request.minutes = options.minutes;
  for (const auto& text : options.auditions) request.auditions.push_back(audition_from(text));
  request.resume = options.resume;
  request.start_from = options.start_from;
  if (!options.resume.empty() && !options.start_from.empty()) throw UsageError("--resume goes on with a run's own weights; leave out --start-from");
  request.family = options.family;
  if (!options.resume.empty()) {
    for (const auto& [given, name] : {std::pair{!options.labels.empty(), "--label"}, {!options.pairs.empty(), "--pairs"}, {!options.preset.empty(), "--preset"}})
      if (given) throw UsageError(std::string(name) + " is fixed for the life of a run; leave it out, or begin a new run");
    const std::string family = read_run(context.workspace, options.resume).family;
    if (!options.family.empty() && options.family != family)
      throw UsageError("the run " + options.resume + " is of the family " + family + ", not " + options.family);
    request.family = family;
  }
  if (request.family.empty()) throw UsageError("name a family (" + family_names() + ") or a run with --resume");
  const FamilyEntry& entry = *as_usage([&] { return &family_entry(request.family); });
  request.preset = options.preset.empty() ? entry.presets.front().name : options.preset;
  request.overrides = flags.given(entry.schema);
  if (request.resume.empty()) as_usage([&] { return preset_values(entry, request.preset, request.overrides); });  // before anything is read
  return request;
}

std::string mebibytes(double bytes) { return std::to_string(static_cast<long>(bytes / 1048576)) + " MiB"; }

Json dry_run_json(const DryRun& run) {
  Json phases = Json::array();
  for (const auto& phase : run.phases) phases.push_back({{"name", phase.name}, {"steps", phase.steps}, {"seconds_per_step", phase.seconds_per_step}});
  Json line = {{"clips", run.clips}, {"parameters", run.parameters}, {"total_steps", run.total_steps}, {"first_step", run.first_step}, {"phases", phases},
               {"seconds_per_step", run.seconds_per_step}, {"seconds_total", run.seconds_total}, {"memory_bytes", run.memory_bytes},
               {"memory_available", run.memory_available}, {"fits", run.fits()}, {"changed", run.changed}, {"inexact", run.inexact}};
  if (!run.batch_name.empty()) line[run.batch_name] = run.batch, line["fitting_batch"] = run.fitting_batch;
  return line;
}

int show_dry_run(const TrainingRequest& request, const Context& context) {
  const DryRun run = dry_run(request, context.stop);
  if (context.json) {
    print_json(dry_run_json(run));
    return run.fits() ? kDone : kFailed;
  }
  std::cout << run.clips << " clips, " << run.parameters << " parameters, " << run.total_steps << " steps";
  for (const auto& phase : run.phases) std::cout << ", " << phase.name << " " << phase.steps << " of " << phase.seconds_per_step << " s";
  std::cout << "; about " << time_text(run.seconds_total) << (run.seconds_total < 60 ? " s" : "") << (run.first_step > 0 ? " from step " + std::to_string(run.first_step) : "") << ", "
            << mebibytes(run.memory_bytes) << " of memory (" << mebibytes(run.memory_available) << " free)\n";
  for (const auto& change : run.changed) std::cout << "changed: " << change << "\n";
  if (!request.resume.empty() && run.inexact.empty()) std::cout << "goes on bit for bit as if it had never stopped\n";
  if (run.fits()) return kDone;
  print_message("luthierctl: the memory is not enough for --" + run.batch_name + " " + std::to_string(run.batch) + "; --" + run.batch_name + " " +
                std::to_string(run.fitting_batch) + " fits, and the figures are its own");
  return kFailed;
}

int show_timeline(const TrainingRequest& request, const Context& context) {
  const auto& entry = family_entry(request.family);
  const Timeline timeline = family_timeline(request.family, preset_values(entry, request.preset, request.overrides));
  if (timeline.curves.empty() && !context.json) print_message("the family " + request.family + " has no weights that change while it trains");
  std::vector<std::string> head = {"weight"};
  std::vector<std::vector<std::string>> rows;
  for (const auto& phase : timeline.phases) head.push_back(phase.name + " (" + std::to_string(phase.steps) + ")");
  for (const auto& curve : timeline.curves) {
    if (context.json) print_json({{"event", "timeline"}, {"weight", curve.name}, {"points", curve.points}});
    rows.push_back({curve.name});
    double start = 0;
    for (const auto& phase : timeline.phases) {
      const double end = start + static_cast<double>(phase.steps);
      std::string cell;
      for (const auto& [step, value] : phase_points(curve, start, end)) {
        char text[32];
        std::snprintf(text, sizeof text, "%.3g", value);
        if (cell.empty() || cell.substr(cell.rfind(' ') + 1) != text) cell += (cell.empty() ? "" : " to ") + std::string(text);
      }
      rows.back().push_back(cell);
      start = end;
    }
  }
  if (context.json) {
    Json phases = Json::array();
    for (const auto& phase : timeline.phases) phases.push_back({{"name", phase.name}, {"steps", phase.steps}});
    print_json({{"event", "phases"}, {"family", request.family}, {"weights", timeline.curves.size()}, {"phases", phases}});
  }
  if (!context.json && !rows.empty()) print_table(head, rows);
  return kDone;
}

int train_verb(const Options& options, const SchemaFlags& flags, Context& context) {
  if (options.settings) {
    if (options.family.empty()) throw UsageError("--settings needs a family: " + family_names());
    return list_settings(as_usage([&] { return &family_entry(options.family); })->schema, context);
  }
  const TrainingRequest request = request_from(options, flags, context);
  if (options.timeline) return show_timeline(request, context);
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
  command.add_option("--audition", options->auditions, "content and style clip by number, as in 12,40, to be heard at every preview (repeat for more)");
  command.add_flag("--dry-run", options->dry, "say what would be trained, with measured steps and the batch that fits; write nothing");
  command.add_flag("--timeline", options->timeline, "say how the family's weights change over the steps by these settings, and end");
  command.add_flag("--settings", options->settings, "list the family's settings and end");
  const SchemaFlags flags(command, schemas());
  command.footer("Every setting of the family is a flag: --name value. luthierctl train FAMILY --settings lists them.\n"
                 "Ctrl+C stops and saves; a second one ends at once, as the last checkpoint has it.");
  return [options, flags](Context& context) { return train_verb(*options, flags, context); };
}};

}  // namespace
}  // namespace luthier::ctl
