#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/console_listener.h"
#include "app/ctl/stopping.h"
#include "core/session/demo_session.h"
#include "core/session/family_catalog.h"

namespace luthier::ctl {
namespace {

int demo_verb(DemoRequest request, Context& context) {
  request.workspace = context.workspace;
  as_usage([&] { return preset_values(family_entry("latent_diffusion"), request.preset, {}); });
  ConsoleListener listener(context.json);
  const auto sink = console_progress(context);
  // The run shows itself; the bar is for what comes before and after it.
  const ProgressSink outside = [&](const Progress& progress) {
    if (progress.text.rfind("training", 0) != 0) sink(progress);
  };
  const DemoResult result = run_demo(request, listener, outside, context.stop);
  if (context.json)
    print_json({{"event", "demo"}, {"outcome", result.outcome == Outcome::done ? "done" : result.outcome == Outcome::failed ? "failed" : "cancelled"}, {"message", result.message},
                {"run", result.run}, {"result", result.result}, {"comparison", result.comparison.string()}});
  if (result.outcome == Outcome::cancelled) return kCancelled;
  if (result.outcome == Outcome::failed) throw std::runtime_error(result.message);
  if (!context.json) {
    print_message(result.message);
    std::cout << (result.comparison / "comparison.png").string() << '\n';
  }
  return kDone;
}

const VerbRegistration demo{"demo", "the main job without a screen: render pairs, train, transfer, compare", [](CLI::App& command) {
  auto request = std::make_shared<DemoRequest>();
  command.add_option("--preset", request->preset, "of latent_diffusion: quick (about three minutes on two cores), tiny, studio")->capture_default_str();
  command.add_flag("!--shipped", request->train, "train nothing: the shipped weights do the transfer (some seconds)");
  command.add_option("--phrases", request->phrases, "phrases to render, each by four instruments")->capture_default_str()->check(CLI::Range(2, 100000));
  command.add_option("--seed", request->seed, "of the phrases")->capture_default_str();
  command.add_option("--soundfont", request->soundfont, "General MIDI soundfont (default: the installed one)");
  return [request](Context& context) { return demo_verb(*request, context); };
}};

}  // namespace
}  // namespace luthier::ctl
