#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/export_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::vector<std::string> words;
  std::string images, sounds;
  ExportRequest request;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

int tell(const Context& context, const ExportRequest& request, const ExportResult& result) {
  for (const std::string& reason : result.skipped) {
    if (context.json) print_json({{"event", "skipped"}, {"reason", reason}});
    else print_message("skipped: " + reason);
  }
  const bool cancelled = result.outcome == Outcome::cancelled;
  if (context.json)
    print_json({{"event", "export"}, {"folder", request.folder.string()}, {"files", result.files}, {"skipped", result.skipped.size()}, {"cancelled", cancelled}});
  else
    print_message(std::to_string(result.files) + " files written to '" + request.folder.string() + "'");
  if (cancelled) return kCancelled;
  if (result.files == 0 && !result.skipped.empty()) throw SessionError("nothing was exported: " + result.skipped.front());
  return kDone;
}

int run_export(Options& options, Context& context) {
  if (options.images.empty() == options.sounds.empty()) throw UsageError("say what to export: --images DIR or --audio DIR");
  const auto workspace = open_workspace(context);
  auto& request = options.request;
  request.query = joined(options.words);
  request.folder = options.images.empty() ? options.sounds : options.images;
  const auto work = options.images.empty() ? export_sounds : export_images;
  return tell(context, request, work(workspace, request, console_progress(context), context.stop));
}

const VerbRegistration verb{"export", "write the labelled clips as pictures or sounds, a folder for each label", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  command.add_option("query", options->words, "which clips, as in 'luthierctl clips'; default: all that are labelled and not excluded");
  command.add_option("--images", options->images, "new or empty folder for 8-bit grey PNG mel spectrograms (22,050 Hz, 128 bands)");
  command.add_option("--audio", options->sounds, "new or empty folder for sounds, with metadata.csv");
  command.add_option("--format", request.format, "of sounds: wav16, wav24, wav_float, flac, ogg, opus or mp3")->capture_default_str();
  command.add_option("--rate", request.sample_rate, "sample rate of sounds, Hz; 0: each recording's own")->check(CLI::Range(0, 768000))->capture_default_str();
  return [options](Context& context) { return run_export(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
