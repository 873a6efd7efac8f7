#include <CLI/CLI.hpp>
#include <cmath>
#include <fstream>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/run_title.h"
#include "core/session/training_session.h"
#include "core/session/transfer_models.h"

namespace luthier::ctl {
namespace {

Json to_json(const RunSummary& run, const RunTitles& titles) {
  Json line;
  line["run"] = run.id;
  line["title"] = titles.contains(run.id) ? titles.at(run.id) : "";
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

int rename(const Context& context, const std::vector<std::string>& words) {
  const std::string title = rename_run(open_workspace(context), words[0], words[1]);
  if (context.json) print_json({{"event", "renamed"}, {"run", words[0]}, {"title", title}});
  else print_message(title.empty() ? words[0] + " has no title any more" : words[0] + " is called \"" + title + "\" now");
  return kDone;
}

const VerbRegistration runs{"runs", "list the workspace's training runs, newest first", [](CLI::App& command) {
  auto words = std::make_shared<std::vector<std::string>>();
  command.add_option("--rename", *words, "give a run a title of your own: its id and the title; \"\" takes it away")->expected(2);
  return [words](Context& context) {
    if (!words->empty()) return rename(context, *words);
    const Workspace workspace = open_workspace(context);
    const RunTitles titles = run_titles(workspace);
    const auto all = list_runs(workspace.folder());
    std::vector<std::vector<std::string>> rows;
    for (const auto& run : all) {
      if (context.json) print_json(to_json(run, titles));
      const std::string awaited = awaited_phase(run);
      rows.push_back({run.id, run.family, run.preset, run.status + (awaited.empty() ? "" : ", before " + awaited), std::to_string(run.step) + "/" + std::to_string(run.total_steps), number(run.best), titles.contains(run.id) ? titles.at(run.id) : ""});
    }
    if (!context.json) print_table({"run", "family", "preset", "status", "step", "best", "title"}, rows);
    return kDone;
  };
}};

const VerbRegistration show{"show", "show one run and its record", [](CLI::App& command) {
  auto id = std::make_shared<std::string>();
  command.add_option("run", *id, "run id, as 'runs' lists it")->required();
  return [id](Context& context) {
    const Workspace workspace = open_workspace(context);
    const RunTitles titles = run_titles(workspace);
    const auto run = read_run(workspace.folder(), *id);
    if (context.json) {
      print_json(to_json(run, titles));
      return kDone;
    }
    std::cout << to_json(run, titles).dump(1) << "\n";
    if (std::ifstream record(run.folder / "run.json"); record) std::cout << record.rdbuf() << "\n";
    return kDone;
  };
}};

}  // namespace
}  // namespace luthier::ctl
