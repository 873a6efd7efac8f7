#include <CLI/CLI.hpp>
#include <cmath>
#include <fstream>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/training_session.h"
#include "core/session/transfer_models.h"

namespace luthier::ctl {
namespace {

Json to_json(const RunSummary& run) {
  Json line;
  line["run"] = run.id;
  line["family"] = run.family;
  line["preset"] = run.preset;
  line["device"] = run.device;
  line["status"] = run.status;
  line["started"] = run.started;
  line["step"] = run.step;
  line["total_steps"] = run.total_steps;
  line["folder"] = run.folder.string();
  line["best_checkpoint"] = run.best_checkpoint;
  line["latest_checkpoint"] = run.latest_checkpoint;
  line["message"] = run.message;
  line["awaited_phase"] = awaited_phase(run);
  if (std::isfinite(run.best)) line["best"] = run.best;
  return line;
}

std::string number(double value) {
  if (!std::isfinite(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

const VerbRegistration runs{"runs", "list the workspace's training runs, newest first", [](CLI::App&) {
  return [](Context& context) {
    const auto all = list_runs(open_workspace(context).folder());
    std::vector<std::vector<std::string>> rows;
    for (const auto& run : all) {
      if (context.json) print_json(to_json(run));
      const std::string awaited = awaited_phase(run);
      rows.push_back({run.id, run.family, run.preset, run.status + (awaited.empty() ? "" : ", before " + awaited), std::to_string(run.step) + "/" + std::to_string(run.total_steps), number(run.best)});
    }
    if (!context.json) print_table({"run", "family", "preset", "status", "step", "best"}, rows);
    return kDone;
  };
}};

const VerbRegistration show{"show", "show one run and its record", [](CLI::App& command) {
  auto id = std::make_shared<std::string>();
  command.add_option("run", *id, "run id, as 'runs' lists it")->required();
  return [id](Context& context) {
    const auto run = read_run(open_workspace(context).folder(), *id);
    if (context.json) {
      print_json(to_json(run));
      return kDone;
    }
    std::cout << to_json(run).dump(1) << "\n";
    if (std::ifstream record(run.folder / "run.json"); record) std::cout << record.rdbuf() << "\n";
    return kDone;
  };
}};

}  // namespace
}  // namespace luthier::ctl
