#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "app/ctl/arguments.h"
#include "core/session/run_elsewhere.h"
#include "core/session/training_session.h"

/// Verbs that steer a run which another program trains: a luthierctl in another terminal, or a window.
namespace luthier::ctl {
namespace {

struct Options {
  std::string run;
  bool discard = false, no_wait = false;
};

bool is_over(const RunSummary& run) { return run.status != "running" && run.status != "paused"; }

/// Looks every 100 ms until the program has done what it was asked for, or has ended. A step may take long; Ctrl+C ends the waiting.
RunSummary wait_until(const Context& context, const Workspace& workspace, const std::string& id, const std::string& status) {
  for (;;) {
    const bool held = RunLock::is_held(workspace.runs() / id);
    const RunSummary run = read_run(workspace.folder(), id);  // after the lock: what it says then is the last word
    if (!held || (!is_over(run) && run.status == status)) return run;
    if (context.stop.stop_requested()) throw Cancelled();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

int tell(const Context& context, const RunSummary& run, const std::string& event, const std::string& words) {
  if (context.json) print_json({{"event", event}, {"run", run.id}, {"status", run.status}, {"step", run.step}, {"message", run.message}});
  else print_message(run.id + words);
  return kDone;
}

/// `status`: what the run is to become; empty: to end.
int steer(const Context& context, const Options& options, RunOrder order, const std::string& event, const std::string& status) {
  const Workspace workspace = open_workspace(context);
  order_run(workspace, options.run, order);
  if (options.no_wait) return tell(context, read_run(workspace.folder(), options.run), event, " is asked to; it obeys after its present step");
  const RunSummary run = wait_until(context, workspace, options.run, status);
  if (!status.empty() && run.status != status) {
    print_message("luthierctl: the run " + run.id + " has ended meanwhile: " + run.message);
    return kFailed;
  }
  if (run.status == "failed") {
    print_message("luthierctl: the run " + run.id + " failed: " + run.message);
    return kFailed;
  }
  const std::string at = " at step " + std::to_string(run.step);
  return tell(context, run, event, status == "paused" ? " waits" + at : status == "running" ? " trains on" : is_over(run) && !run.message.empty() ? ": " + run.message : " has ended" + at);
}

std::function<Action(CLI::App&)> verb_of(RunOrder order, std::string event, std::string status) {
  return [=](CLI::App& command) -> Action {
    auto options = std::make_shared<Options>();
    command.add_option("run", options->run, "run id, as 'runs' lists it")->required();
    if (order == RunOrder::stop) command.add_flag("--discard", options->discard, "save nothing: the run stays as its last checkpoint has it");
    command.add_flag("--no-wait", options->no_wait, "only ask; do not wait until it is done");
    return [=](Context& context) { return steer(context, *options, options->discard ? RunOrder::discard : order, event, status); };
  };
}

const VerbRegistration stop{"stop", "stop a run that another program trains, with a checkpoint", verb_of(RunOrder::stop, "stopped", "")};
const VerbRegistration pause_registration{"pause", "let a run that another program trains wait", verb_of(RunOrder::pause, "paused", "paused")};
const VerbRegistration unpause{"unpause", "let a paused run train on (one that has ended goes on with train --resume)", verb_of(RunOrder::go_on, "unpaused", "running")};

}  // namespace
}  // namespace luthier::ctl
