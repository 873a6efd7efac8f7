#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/verb.h"
#include "core/session/evaluate_session.h"
#include "core/session/evaluation_files.h"
#include "core/session/outputs.h"
#include "core/session/vocoder_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  EvaluateRequest request;
  std::vector<std::string> vocoders;
  std::string out, show, clips;
  bool directions = false, no_judges = false, no_swapped = false, no_oracle = false, quick = false, save = false, list = false;
};

bool is_protocol(const std::string& name) { return name == "t1" || name == "t1w" || name == "t2" || name == "t3" || name == "t3x"; }

int print_table_of(const Options& options, const Context& context, const EvaluationTable& table) {
  if (context.json) {
    Json line = {{"event", "table"}};
    line.update(Json(to_json(table)));
    print_json(line);
  }
  else std::cout << to_text(table, options.directions) << std::flush;
  std::exception_ptr failure;  // of one file; the other is written all the same
  try {
    if (options.save && options.show.empty() && !table.rows.empty()) {
      const auto& request = options.request;
      const auto file = save_evaluation(request.workspace, request.runs.size() == 1 ? request.runs.front() : "", table);
      print_message("kept as '" + file.string() + "'");
    }
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  if (!options.out.empty()) write_evaluation(options.out, table);
  if (failure) std::rethrow_exception(failure);
  return context.stop.stop_requested() ? kCancelled : kDone;
}

int list_files(const std::filesystem::path& workspace, const Context& context) {
  std::vector<std::vector<std::string>> rows;
  for (const EvaluationFile& entry : list_evaluations(workspace)) {
    const std::string of = entry.shipped ? "shipped weights" : entry.run;
    if (context.json) print_json({{"event", "evaluation"}, {"file", entry.file.string()}, {"run", entry.run}, {"shipped", entry.shipped}});
    rows.push_back({of.empty() ? "-" : of, entry.file.string()});
  }
  if (!context.json) print_table({"of", "file"}, rows);
  return kDone;
}

/// Tables of a file as they are; with several, --protocol is a table's name.
int show_file(const Options& options, const Context& context, bool named) {
  const auto tables = read_evaluations(options.show);
  for (const auto& [title, table] : tables)
    if (tables.size() == 1 || (named && title == options.request.protocol.protocol)) return print_table_of(options, context, table);
  if (named || !options.out.empty()) {
    std::string known;
    for (const auto& entry : tables) known += (known.empty() ? "'" : ", '") + entry.title + "'";
    throw UsageError("say which table with --protocol; the file holds " + known);
  }
  for (const auto& [title, table] : tables) {
    if (!context.json) std::cout << title << "\n";
    print_table_of(options, context, table);
    if (!context.json) std::cout << "\n";
  }
  return kDone;
}

EvaluationTable vocoder_table(const Options& options, bool steps_given, bool phrases_given, const Context& context) {
  const auto& given = options.request;
  if (!given.runs.empty()) throw UsageError("measure either translators (--run) or vocoders (--vocoders), one table each");
  VocoderRequest request;
  request.workspace = given.workspace;
  request.vocoders = options.vocoders;
  request.names = given.names;
  if (steps_given) request.steps = given.steps;
  request.clips = options.clips;
  if (phrases_given) request.phrases = given.protocol.phrases;
  request.cache = given.protocol.cache;
  request.main_font = given.protocol.main_font;
  request.device = given.device;
  return evaluate_vocoders(request, console_progress(context), context.stop);
}

const VerbRegistration evaluate_verb{"evaluate", "measure trained systems against paired truth, beside the baselines", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  command.add_option("--run", request.runs, "run id or checkpoint file; may be given several times; default: the shipped weights");
  command.add_option("--name", request.names, "row name for each run, in order");
  auto* protocol = command.add_option("--protocol", request.protocol.protocol, "t1 unseen phrases, t1w the same at 44.1 kHz with its treble, t2 unseen content font, t3 unseen style font, t3x unseen instruments");
  auto* phrases = command.add_option("--phrases", request.protocol.phrases, "test phrases, 1 to 60 (60 is the protocol)")->check(CLI::Range(1, 60));
  command.add_option("--direction", request.protocol.directions, "only this direction, as in piano>violin; may be given several times");
  command.add_option("--vocoders", options->vocoders, "measure vocoders instead: runs or weight files of melgan, guidediff …, beside Griffin-Lim on the same clips")->delimiter(',');
  command.add_option("--clips", options->clips, "with --vocoders: clips of the workspace by a query (default: --phrases unseen phrases by four instruments, 10)");
  auto* steps = command.add_option("--steps", request.steps, "sampling steps, a row for each; 0: the model's own number (default 1 4 10 50)")->check(CLI::Range(0, 100000));
  command.add_option("--variant", request.variants, "rows with another transfer setting, as in temperature=0.5");
  command.add_option("--threads", request.protocol.threads, "cases scored at the same time")->check(CLI::Range(1, 256));
  command.add_option("--cache", request.protocol.cache, "folder for renders and judges; default: in the workspace");
  command.add_option("--main-font", request.protocol.main_font, "FluidR3_GM soundfont");
  command.add_option("--held-out-font", request.protocol.held_out_font, "TimGM6mb soundfont");
  command.add_option("--device", request.device, "cpu, cuda or auto (cuda where there is one)")->check(CLI::IsMember({"cpu", "cuda", "auto"}))->capture_default_str();
  command.add_option("--out", options->out, "also write the table to this file (.json, .md, .csv or .html)");
  command.add_option("--show", options->show, "measure nothing: print the tables of this JSON file (--protocol says which of several)");
  command.add_flag("--list", options->list, "measure nothing: list the files with tables of the shipped weights and of the workspace");
  command.add_flag("--save", options->save, "also keep the table in the workspace, where the page Evaluate shows it");
  command.add_flag("--quick", options->quick, "a first look in about a minute: 2 phrases, 1 step, no judges (phrases and steps may still be set)");
  command.add_flag("--directions", options->directions, "also show every direction");
  command.add_flag("--no-judges", options->no_judges, "leave out recognition and the Fréchet distance");
  command.add_flag("--no-swapped", options->no_swapped, "leave out the control with the style swapped");
  command.add_flag("--no-oracle", options->no_oracle, "leave out the oracle row");
  return [options, protocol, phrases, steps](Context& context) {
    auto& wanted = options->request;
    wanted.workspace = Workspace::is_workspace(context.workspace) ? context.workspace : std::filesystem::path();
    if (!options->out.empty()) check_evaluation_file(options->out);
    if (options->list) return list_files(wanted.workspace, context);
    if (!options->show.empty()) return show_file(*options, context, protocol->count() > 0);
    if (!is_protocol(wanted.protocol.protocol)) throw UsageError("--protocol is t1, t1w, t2, t3 or t3x, not '" + wanted.protocol.protocol + "'");
    if (options->save && wanted.workspace.empty()) throw UsageError("--save needs a workspace; name one with --workspace");
    if (options->save) require_writable(Workspace::open(wanted.workspace).exports() / "evaluations" / "table.json");
    const std::size_t measured = std::max<std::size_t>(1, options->vocoders.empty() ? wanted.runs.size() : options->vocoders.size());
    if (wanted.names.size() > measured)
      throw UsageError("there are " + std::to_string(wanted.names.size()) + " --name for " + std::to_string(measured) + (measured == 1 ? " row" : " rows") + "; give at most one each");
    const EvaluateRequest quick = quick_evaluation(wanted.workspace, "");
    if (options->quick && phrases->count() == 0) wanted.protocol.phrases = quick.protocol.phrases;
    if (options->quick && steps->count() == 0) wanted.steps = quick.steps;
    wanted.protocol.judges = !options->no_judges && !options->quick;
    wanted.swapped = !options->no_swapped;
    wanted.oracle = !options->no_oracle;
    if (options->vocoders.empty() && !options->clips.empty()) throw UsageError("--clips chooses what vocoders are compared on; name them with --vocoders");
    const auto table = options->vocoders.empty() ? evaluate_runs(wanted, console_progress(context), context.stop)
                                                 : vocoder_table(*options, steps->count() > 0, phrases->count() > 0, context);
    return print_table_of(*options, context, table);
  };
}};

}  // namespace
}  // namespace luthier::ctl
