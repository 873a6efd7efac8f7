#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/bench_session.h"

namespace luthier::ctl {
namespace {

/// One JSON line each, with or without --json: figures are for machines first.
void tell(const BenchFigure& figure) {
  Json line{{"name", figure.name}, {"device", figure.device}, {"milliseconds", figure.milliseconds}, {"fastest", figure.fastest},
            {"repeats", figure.repeats}, {"work", figure.work}};
  if (figure.real_time > 0) line["real_time"] = figure.real_time;
  if (!figure.peer.empty()) line.update({{"peer", figure.peer}, {"peer_milliseconds", figure.peer_milliseconds}, {"ratio", figure.ratio}});
  print_json(line);
}

const VerbRegistration verb{"bench", "measure analysis, catalog, transfer and training steps; one JSON line each", [](CLI::App& command) {
  auto request = std::make_shared<BenchRequest>();
  auto list = std::make_shared<bool>(false);
  command.add_option("--filter", request->filter, "only those whose names hold this");
  command.add_option("--device", request->device, "of transfers and training steps: auto, cpu or cuda")->check(CLI::IsMember({"auto", "cpu", "cuda"}))->capture_default_str();
  command.add_option("--seconds", request->seconds, "about how long each is repeated")->check(CLI::Range(0.01, 600.0))->capture_default_str();
  command.add_flag("--list", *list, "print the names and end");
  return [request, list](Context& context) {
    if (*list)
      for (const auto& name : bench_names()) print_json({{"name", name}});
    else
      run_benchmarks(*request, tell, context.stop);
    return kDone;
  };
}};

}  // namespace
}  // namespace luthier::ctl
