#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/import_session.h"
#include "core/session/sound_files.h"
#include "core/session/sound_table.h"

namespace luthier::ctl {
namespace {

struct Options {
  ImportRequest request;
  bool no_trim = false;
};

void tell_skipped(const Context& context, const SkippedFile& skipped) {
  if (context.json)
    print_json({{"event", "skipped"}, {"file", skipped.file.string()}, {"reason", skipped.reason}, {"duplicate", skipped.duplicate}});
  else
    print_message("skipped: " + skipped.reason);
}

void tell_result(const Context& context, const ImportResult& result) {
  if (context.json) {
    print_json({{"event", "import"},
                {"recordings", result.recordings},
                {"clips", result.clips},
                {"seconds", result.seconds},
                {"skipped", result.skipped.size()},
                {"unlisted", result.unlisted},
                {"cancelled", result.outcome == Outcome::cancelled}});
    return;
  }
  std::string text = std::to_string(result.recordings) + " recordings, " + std::to_string(result.clips) + " clips (" + time_text(result.seconds) + ") imported";
  if (!result.skipped.empty()) text += ", " + std::to_string(result.skipped.size()) + " files skipped";
  if (result.unlisted > 0) text += ", " + std::to_string(result.unlisted) + " on no list left out";
  print_message(text);
}

/// Nothing new is a failure only where something was wrong: an import that is run again has nothing left to do.
void throw_if_failed(const ImportResult& result) {
  if (result.recordings > 0) return;
  const SkippedFile* first = nullptr;
  std::size_t broken = 0;
  for (const auto& skipped : result.skipped)
    if (!skipped.duplicate && broken++ == 0) first = &skipped;
  if (broken == 1) throw SessionError("nothing was imported: " + first->reason);
  if (broken > 1) throw SessionError("nothing was imported: " + std::to_string(broken) + " files could not be used; the first: " + first->reason);
}

int run_import(Options& options, Context& context) {
  auto& request = options.request;
  request.cutting.trim = !options.no_trim;
  // A wrong word must not leave a new workspace behind.
  check_import(request);
  const bool plain = std::none_of(request.paths.begin(), request.paths.end(), [](const auto& path) { return SoundTables::is_table(path) || SoundTables::is_shard(path); });
  if (plain && !Workspace::is_workspace(context.workspace)) find_sound_files(request.paths, context.stop);
  const auto workspace = open_or_create_workspace(context);
  const auto result = import_sounds(workspace, request, console_progress(context), context.stop);
  for (const auto& skipped : result.skipped) tell_skipped(context, skipped);
  tell_result(context, result);
  if (result.outcome == Outcome::cancelled) return kCancelled;
  throw_if_failed(result);
  return kDone;
}

const VerbRegistration verb{"import", "bring sound files into the workspace, trimmed and cut into clips", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  command.add_option("paths", request.paths, "files, or folders that are searched through (WAV FLAC OGG Opus MP3 AIFF); tables of files (.csv or .jsonl with file_name, label, split, tags …; a folder's own metadata.csv is read too); tar shards")->required();
  auto* label = command.add_option("--label", request.label, "label of every clip");
  command.add_flag("--label-from-folder", request.label_from_folder, "label each clip by the name of its file's folder")->excludes(label);
  command.add_option("--train-list", request.train_lists, "text file with one path a line: these files are for training (GTZAN's source_train_files.txt); several may be given")->take_all();
  command.add_option("--validation-list", request.validation_lists, "the same for validation")->take_all();
  command.add_option("--test-list", request.test_lists, "the same for the test; with lists, files on none of them are left out")->take_all();
  command.add_option("--tag", request.tags, "tag of every clip; may be given several times")->take_all();
  command.add_option("--clip-seconds", request.cutting.clip_seconds, "length of a clip, s; 0: whole recordings")->check(CLI::Range(0.0, 14400.0))->capture_default_str();
  command.add_option("--max-seconds", request.cutting.max_seconds, "leave out clips that would start later than this, s; 0: none")->check(CLI::Range(0.0, 1e6))->capture_default_str();
  command.add_option("--top-db", request.cutting.top_db, "quieter than the loudest by this much is silence, dB")->capture_default_str();
  auto& segments = request.cutting.segments;
  command.add_option("--segments", segments.choice, "all, or only some of a recording's clips: even, random or centre")->check(CLI::IsMember({"all", "even", "random", "centre"}))->capture_default_str();
  command.add_option("--segment-count", segments.count, "segments of a recording; 0: by its length")->check(CLI::Range(0, 10000));
  command.add_option("--segment-edge", segments.edge_seconds, "left out at both ends of a recording (even), s")->check(CLI::Range(0.0, 3600.0))->capture_default_str();
  command.add_option("--segment-apart", segments.apart_seconds, "least distance of two starts (random), s")->check(CLI::Range(0.0, 3600.0))->capture_default_str();
  command.add_option("--segment-sounding", segments.sounding_share, "share of a segment that must be louder than --segment-dbfs")->check(CLI::Range(0.0, 1.0))->capture_default_str();
  command.add_option("--segment-dbfs", segments.sounding_dbfs, "quieter is silence, dBFS")->check(CLI::Range(-200.0, 0.0))->capture_default_str();
  command.add_option("--segment-seed", segments.seed, "start of the draw (random)")->capture_default_str();
  command.add_option("--rms", request.rms, "bring every clip to this RMS, as in 0.07; its copy is written as 32-bit float WAV")->check(CLI::Range(0.0, 1.0));
  command.add_flag("--no-trim", options->no_trim, "keep the silence at both ends of a recording");
  command.add_flag("--in-place", request.in_place, "use the files where they lie instead of copying them");
  command.add_option("--rights", request.rights, "licence or permission, kept with each recording");
  command.add_option("--source", request.source, "where the sounds come from; default: the file's path");
  command.add_option("--notes", request.notes, "notes kept with each recording");
  return [options](Context& context) { return run_import(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
