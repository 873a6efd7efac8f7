#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/stopping.h"
#include "core/session/analysis_session.h"
#include "core/session/figure/colour_map.h"

namespace luthier::ctl {
namespace {

const VerbRegistration spectrogram{"spectrogram", "analyse a sound: numbers as .npy or .csv, or a picture as .png, .svg or .pdf", [](CLI::App& command) {
  auto request = std::make_shared<SpectrogramRequest>();
  command.add_option("file", request->input, "sound file or clip number")->required();
  command.add_option("--kind", request->kind, "mel, stft, cqt; or a model's view: mel_image, mel_db, log10_mel, log_mel")
      ->check(CLI::IsMember({"mel", "stft", "cqt", "mel_image", "mel_db", "log10_mel", "log_mel"}))->capture_default_str();
  command.add_option("--out", request->output, "X.npy (float32 [bin, frame]), X.csv (dB, columns with names and units), X.png, X.svg or X.pdf; a record X.json is written beside it")->required();
  command.add_option("--rate", request->sample_rate, "resample first, Hz; 0: as the file is")->check(CLI::Range(0, 768000))->capture_default_str();
  command.add_option("--n-fft", request->n_fft, "samples in a window")->check(CLI::Range(16, 65536))->capture_default_str();
  command.add_option("--hop", request->hop, "samples from frame to frame")->check(CLI::Range(1, 65536))->capture_default_str();
  command.add_option("--bands", request->bands, "mel bands")->check(CLI::Range(1, 4096))->capture_default_str();
  command.add_flag("--axes", request->axes, "a .png with axes and a dB bar instead of the bare picture");
  command.add_option("--colours", request->colours, "magma, viridis, grey, contrast or ink")->check(CLI::IsMember(colour_map_names()))->capture_default_str();
  command.add_option("--run", request->run, "as this run's model sees it ('shipped': the shipped weights); sets kind, rate, n-fft, hop and bands. 'invert' makes it heard");
  return [request](Context& context) {
    const std::string ending = request->output.extension().string();
    if (ending != ".npy" && ending != ".csv" && ending != ".png" && ending != ".svg" && ending != ".pdf")
      throw UsageError("--out ends in .npy, .csv, .png, .svg or .pdf, and '" + request->output.filename().string() + "' does not");
    if (Workspace::is_workspace(context.workspace)) request->workspace = context.workspace;
    else if (!request->run.empty() && request->run != "shipped") request->workspace = open_workspace(context).folder();
    const int code = unless_stopped(context, [&] {
      const SpectrogramResult result = write_spectrogram(*request, context.stop);
      if (context.json)
        print_json({{"event", "analysed"}, {"output", request->output.string()}, {"record", result.record.string()}, {"bins", result.bins}, {"frames", result.frames}});
      else
        std::cout << request->output.string() << ": " << result.bins << " bins, " << result.frames << " frames\n";
      return kDone;
    });
    if (code == kCancelled) std::_Exit(code);  // the analysis cannot be asked to stop; it has written nothing
    return code;
  };
}};

}  // namespace
}  // namespace luthier::ctl
