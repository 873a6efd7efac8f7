#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/stopping.h"
#include "core/session/analysis_session.h"

namespace luthier::ctl {
namespace {

const VerbRegistration invert{"invert", "turn a spectrogram (.npy or 8-bit picture) back into sound", [](CLI::App& command) {
  auto request = std::make_shared<InversionRequest>();
  command.add_option("file", request->input, "what `spectrogram` wrote: X.npy with its X.json, or a picture")->required();
  command.add_option("--out", request->output, "sound file to write")->required();
  command.add_option("--vocoder", request->vocoder, "griffin-lim, or a run or weight file of a vocoder")->capture_default_str();
  command.add_option("--content", request->content, "a sound whose phase and fine structure start the inversion");
  command.add_option("--iterations", request->iterations, "of Griffin-Lim")->capture_default_str()->check(CLI::Range(0, 10000));
  command.add_option("--rate", request->sample_rate, "sample rate, Hz, for a picture without its record")->capture_default_str();
  return [request](Context& context) {
    if (Workspace::is_workspace(context.workspace)) request->workspace = context.workspace;
    return unless_stopped(context, [&] {
      invert_spectrogram(*request, context.stop);
      if (context.json) print_json({{"event", "inverted"}, {"output", request->output.string()}});
      else std::cout << request->output.string() << '\n';
      return kDone;
    });
  };
}};

}  // namespace
}  // namespace luthier::ctl
