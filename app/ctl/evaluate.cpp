#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/verb.h"
#include "core/session/evaluate_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  EvaluateRequest request;
  std::string out;
  bool directions = false, no_judges = false, no_swapped = false, no_oracle = false;
};

const VerbRegistration evaluate_verb{"evaluate", "measure trained systems against paired truth, beside the baselines", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  command.add_option("--run", request.runs, "run id or checkpoint file; may be given several times; default: the shipped weights");
  command.add_option("--name", request.names, "row name for each run, in order");
  command.add_option("--protocol", request.protocol.protocol, "t1 unseen phrases, t1w the same at 44.1 kHz with its treble, t2 unseen content font, t3 unseen style font, t3x unseen instruments")
      ->check(CLI::IsMember({"t1", "t1w", "t2", "t3", "t3x"}));
  command.add_option("--phrases", request.protocol.phrases, "test phrases, 1 to 60 (60 is the protocol)")->check(CLI::Range(1, 60));
  command.add_option("--direction", request.protocol.directions, "only this direction, as in piano>violin; may be given several times");
  command.add_option("--steps", request.steps, "sampling steps, a row for each (default 1 4 10 50)");
  command.add_option("--variant", request.variants, "rows with another transfer setting, as in temperature=0.5");
  command.add_option("--threads", request.protocol.threads, "cases scored at the same time")->check(CLI::Range(1, 256));
  command.add_option("--cache", request.protocol.cache, "folder for renders and judges; default: in the workspace");
  command.add_option("--main-font", request.protocol.main_font, "FluidR3_GM soundfont");
  command.add_option("--held-out-font", request.protocol.held_out_font, "TimGM6mb soundfont");
  command.add_option("--device", request.device, "cpu or cuda")->check(CLI::IsMember({"cpu", "cuda"}))->capture_default_str();
  command.add_option("--out", options->out, "also write the table to this file (.json or .md)");
  command.add_flag("--directions", options->directions, "also show every direction");
  command.add_flag("--no-judges", options->no_judges, "leave out recognition and the Fréchet distance");
  command.add_flag("--no-swapped", options->no_swapped, "leave out the control with the style swapped");
  command.add_flag("--no-oracle", options->no_oracle, "leave out the oracle row");
  return [options](Context& context) {
    auto& wanted = options->request;
    wanted.workspace = Workspace::is_workspace(context.workspace) ? context.workspace : std::filesystem::path();
    wanted.protocol.judges = !options->no_judges;
    wanted.swapped = !options->no_swapped;
    wanted.oracle = !options->no_oracle;
    const auto table = evaluate_runs(wanted, console_progress(context), context.stop);
    const auto json = to_json(table);
    if (!options->out.empty()) {
      std::ofstream file(options->out);
      file << (options->out.ends_with(".md") ? to_markdown(table) : json.dump(1)) << "\n";
      if (!file) throw std::runtime_error("The table could not be written to '" + options->out + "'; choose a folder that can be written.");
    }
    if (context.json) std::cout << json.dump() << std::endl;
    else std::cout << to_text(table, options->directions) << std::flush;
    return context.stop.stop_requested() ? kCancelled : kDone;
  };
}};

}  // namespace
}  // namespace luthier::ctl
