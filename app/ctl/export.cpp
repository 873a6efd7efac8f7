#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/evaluation_files.h"
#include "core/session/export_session.h"
#include "core/session/html_report.h"
#include "core/session/public_weights.h"
#include "core/session/weights_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::vector<std::string> words;
  std::string images, sounds, shards, out, html, title = "Sounds";
  std::vector<std::string> named, tables;  ///< of the report: sounds beside the query's clips, JSON files with tables
  std::size_t truth = 1;
  std::vector<std::size_t> difference;
  std::vector<std::string> weights;
  bool full = false;
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

int export_run(const Options& options, Context& context) {
  if (options.out.empty()) throw UsageError("export --weights needs --out FILE.safetensors");
  const auto folder = Workspace::is_workspace(context.workspace) ? context.workspace : std::filesystem::path();
  const auto& sources = options.weights;
  const auto info = sources.size() == 1 ? export_weights(folder, sources.front(), options.out, !options.full) : export_mean_weights(folder, sources, options.out, !options.full);
  if (context.json)
    print_json({{"event", "weights"}, {"file", info.path.string()}, {"family", info.family}, {"parameters", info.parameters}, {"bytes", info.bytes}});
  else
    print_message(std::to_string(info.parameters) + " weights, " + std::to_string(info.bytes / 1000000) + " MB, written to '" + info.path.string() + "'");
  return kDone;
}

constexpr std::size_t kMostSounds = 40;  ///< of one report: they all lie in its one file

int export_report(const Options& options, Context& context) {
  ReportRequest request;
  request.file = options.html;
  ComparisonRequest& comparison = request.comparison;
  const auto folder = Workspace::is_workspace(context.workspace) ? context.workspace : std::filesystem::path();
  std::vector<std::string> names = options.named;
  if (!options.words.empty()) {
    const auto workspace = open_workspace(context);
    for (const auto id : clips_from_words(*workspace.open_catalog(), options.words)) names.push_back(std::to_string(id.value));
  }
  if (names.size() > kMostSounds) throw UsageError("a report holds at most " + std::to_string(kMostSounds) + " sounds, and this names " + std::to_string(names.size()) + "; narrow the search");
  for (const auto& name : names) comparison.sounds.push_back(read_named_sound(folder, name));
  for (const auto& file : options.tables)
    for (auto& [title, table] : read_evaluations(file)) request.tables.emplace_back(title, std::move(table));
  if (!names.empty() && (options.truth < 1 || options.truth > names.size())) throw UsageError("--truth is the number of a sound, 1 to " + std::to_string(names.size()));
  comparison.truth = options.truth - 1;
  if (!options.difference.empty()) comparison.difference = {options.difference[0] - 1, options.difference[1] - 1};
  comparison.record = {{"title", options.title}, {"sounds_named", Json(names).dump()}, {"command", Json(context.command_line).dump()}};
  write_report(request);
  if (context.json) print_json({{"event", "report"}, {"file", options.html}, {"sounds", names.size()}, {"tables", request.tables.size()}});
  else print_message("report with " + std::to_string(names.size()) + " sounds and " + std::to_string(request.tables.size()) + " tables written to '" + options.html + "'");
  return kDone;
}

int run_export(Options& options, Context& context) {
  if (!options.html.empty()) return export_report(options, context);
  if (!options.weights.empty()) return export_run(options, context);
  const int kinds = !options.images.empty() + !options.sounds.empty() + !options.shards.empty();
  if (kinds != 1) throw UsageError("say what to export: --images DIR, --audio DIR, --shards DIR, --html FILE or --weights RUN");
  const auto workspace = open_workspace(context);
  auto& request = options.request;
  request.query = joined(options.words);
  request.folder = options.images + options.sounds + options.shards;
  const auto work = !options.images.empty() ? export_images : !options.sounds.empty() ? export_sounds : export_shards;
  return tell(context, request, work(workspace, request, console_progress(context), context.stop));
}

const VerbRegistration verb{"export", "write the labelled clips as pictures, sounds or tar shards, sounds as one HTML report, or a run's weights", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  command.add_option("query", options->words, "which clips, as in 'luthierctl clips'; default: all that are labelled and not excluded");
  command.add_option("--images", options->images, "new or empty folder for 8-bit grey PNG mel spectrograms (22,050 Hz, 128 bands)");
  command.add_option("--audio", options->sounds, "new or empty folder for sounds, with metadata.csv");
  command.add_option("--shards", options->shards, "new or empty folder for tar shards, as WebDataset reads them");
  command.add_option("--table", request.table, "of --audio: metadata.csv or metadata.jsonl")->check(CLI::IsMember({"csv", "jsonl"}))->capture_default_str();
  command.add_option("--shard-clips", request.shard_clips, "of --shards: clips in one tar file")->check(CLI::Range(1, 1000000))->capture_default_str();
  command.add_option("--format", request.format, "of sounds: wav16, wav24, wav_float, flac, ogg, opus or mp3")->capture_default_str();
  command.add_option("--rate", request.sample_rate, "sample rate of sounds, Hz; 0: each recording's own")->check(CLI::Range(0, 768000))->capture_default_str();
  command.add_option("--weights", options->weights, "run id or checkpoint file whose weights are written to --out; given several times, their mean")->allow_extra_args(false);
  command.add_option("--out", options->out, "new safetensors file for --weights");
  command.add_option("--html", options->html, "new .html file: a report with pictures and sounds inside, of the query's clips and of --sound");
  command.add_option("--sound", options->named, "a sound of the report: file or clip number; may be given several times");
  command.add_option("--title", options->title, "heading of the report")->capture_default_str();
  command.add_option("--truth", options->truth, "number of the report's sound that the others are measured against")->capture_default_str();
  command.add_option("--difference", options->difference, "numbers of two sounds of the report: also what is left of first - second")->expected(2)->check(CLI::Range(1, 1000));
  command.add_option("--evaluation", options->tables, "JSON file of luthierctl evaluate, shown in the report; may be given several times");
  command.add_flag("--full-precision", options->full, "keep single precision; default: half");
  return [options](Context& context) { return run_export(*options, context); };
}};

int run_import(const std::string& file, const Context& context) {
  if (!is_torch_archive(file)) weights_info(file);  // what is no weight file makes no workspace
  const auto workspace = open_or_create_workspace(context);
  PublicWeights taken;
  if (is_torch_archive(file)) taken = import_public_weights(workspace, file);
  else taken.run = import_weights(workspace.folder(), file);
  if (context.json) print_json({{"event", "imported"}, {"kind", taken.kind}, {"run", taken.run}, {"file", taken.file.string()}});
  else if (taken.run.empty()) print_message(taken.kind + " weights copied to '" + taken.file.string() + "'; trainings in this workspace use them from now on");
  else print_message("imported as run '" + taken.run + "'");
  return kDone;
}

const VerbRegistration import_verb{"import-weights", "take a weight file into the workspace: one that Luthier wrote, or a published one", [](CLI::App& command) {
  auto file = std::make_shared<std::string>();
  command.add_option("file", *file, "safetensors file that Luthier wrote, or VGGish, AlexNet, LPIPS or MelGAN weights (.pt, .pth)")->required();
  return [file](Context& context) { return run_import(*file, context); };
}};

}  // namespace
}  // namespace luthier::ctl
