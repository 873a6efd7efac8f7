#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "app/ctl/stopping.h"
#include "core/session/outputs.h"
#include "core/session/pair_session.h"
#include "core/session/pair_suggestions.h"
#include "core/session/sound_files.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::string what, name, out, folder, reason;
  std::vector<std::string> words;  ///< after `what`
  std::int64_t count = -1;  ///< < 0: not given
  std::uint32_t seed = 42;
  std::int64_t content = 0, style = 0, target = 0;  ///< clips; 0: not given
  bool phrases = false, targets = false;

  std::string file() const { return words.empty() ? std::string() : words.front(); }
};

constexpr std::int64_t kPublishedCount = 15'000, kSuggested = 6;

void tell(const Context& context, const PairSetSummary& set) {
  if (context.json) {
    print_json({{"event", "pairs"}, {"set", set.name}, {"pairs", set.pairs}, {"kind", set.kind}, {"with_target", set.with_target}, {"kept_out", set.kept_out}});
    return;
  }
  print_message("pair set '" + set.name + "' holds " + std::to_string(set.pairs) + " pairs" +
                (set.with_target ? ", " + std::to_string(set.with_target) + " with a known target" : ""));
  if (set.kept_out) print_message(std::to_string(set.kept_out) + " clips kept for validation or test were left out");
}

int tell_file(const Context& context, const std::string& file, std::int64_t pairs) {
  if (context.json) print_json({{"event", "pairs"}, {"file", file}, {"pairs", pairs}});
  else print_message(std::to_string(pairs) + " pairs written to " + file);
  return kDone;
}

/// Pairs over a folder per label that is not imported: only the table is written.
int generate_from_folder(const Options& options, const Context& context) {
  if (options.out.empty()) throw UsageError("pairs generate --folder needs --out FILE for the table");
  if (options.phrases) throw UsageError("files in a folder share no phrases; give either --folder or --phrases");
  require_writable(options.out);
  const auto pairs = generate_indexed_pairs(count_files_by_folder(options.folder), options.count < 0 ? kPublishedCount : options.count, options.seed,
                                            console_progress(context), context.stop);
  write_whole(options.out, pairs_to_csv(pairs));
  return tell_file(context, options.out, static_cast<std::int64_t>(pairs.size()));
}

int generate(const Options& options, const Context& context) {
  if (!options.folder.empty()) return generate_from_folder(options, context);
  const auto workspace = open_workspace(context);
  require_writable(options.out);  // before the catalog is changed
  const auto set = options.phrases ? generate_phrase_pairs(workspace, std::max<std::int64_t>(options.count, 0), options.seed, options.name)
                                   : generate_pairs(workspace, options.count < 0 ? kPublishedCount : options.count, options.seed, options.name, console_progress(context), context.stop);
  if (!options.out.empty()) export_pairs(workspace, options.out, set.name, options.targets);
  tell(context, set);
  return kDone;
}

int show(const Options& options, const Workspace& workspace, const Context& context) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& pair : pairs_of_set(workspace, options.name)) {
    const auto row = static_cast<std::int64_t>(rows.size()) + 1;
    if (context.json)
      print_json({{"event", "pair"}, {"row", row}, {"content", pair.content.value}, {"style", pair.style.value}, {"target", pair.target ? Json(pair.target->value) : Json(nullptr)}, {"reason", pair.reason}});
    rows.push_back({std::to_string(row), std::to_string(pair.content.value), std::to_string(pair.style.value), pair.target ? std::to_string(pair.target->value) : "", pair.reason});
  }
  if (!context.json && !rows.empty()) print_table({"row", "content", "style", "target", "why"}, rows);
  return kDone;
}

int add(const Options& options, const Workspace& workspace, const Context& context) {
  if (options.name.empty() || options.content == 0 || options.style == 0) throw UsageError("pairs add needs --set NAME, --content N and --style N");
  add_pair(workspace, options.name, options.content, options.style, options.target, options.reason);
  if (context.json) print_json({{"event", "added"}, {"set", options.name}, {"content", options.content}, {"style", options.style}});
  else print_message("a pair added to '" + options.name + "'");
  return kDone;
}

/// What could be paired with a clip, as the button "Suggest" of the window has it.
int suggest(const Options& options, const Workspace& workspace, const Context& context) {
  if (options.content == 0) throw UsageError("pairs suggest needs --content N");
  const auto style = options.style != 0 ? std::optional(db::ClipId{options.style}) : std::nullopt;
  std::vector<std::vector<std::string>> rows;
  for (const auto& pair : suggest_pairs(workspace, {options.content}, static_cast<std::size_t>(options.count < 0 ? kSuggested : options.count), style)) {
    if (context.json)
      print_json({{"event", "suggestion"}, {"content", pair.content.value}, {"style", pair.style.value}, {"target", pair.target ? Json(pair.target->value) : Json(nullptr)}, {"reason", pair.reason}});
    rows.push_back({std::to_string(pair.content.value), std::to_string(pair.style.value), pair.target ? std::to_string(pair.target->value) : "", pair.reason});
  }
  if (rows.empty()) print_message("nothing to suggest: no clip of another label and the same split plays the same phrase, and there is no map of what sounds alike ('luthierctl map' makes one)");
  else if (!context.json) print_table({"content", "style", "target", "why"}, rows);
  return kDone;
}

/// "4" or "2-6", as 'pairs show' counts the rows.
void take_rows(const std::string& word, std::vector<std::int64_t>& rows) {
  const auto dash = word.find('-');
  const auto number = [&](const std::string& digits) {
    if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
      throw UsageError("the row of a pair is a number from 1 on, as 'pairs show' lists it, or a range as 2-6, not '" + word + "'");
    return std::stoll(digits);
  };
  const auto first = number(word.substr(0, dash)), last = dash == std::string::npos ? first : number(word.substr(dash + 1));
  if (last < first || last - first >= 10'000'000) throw UsageError("a range of rows goes from the smaller to the larger number, as 2-6, not '" + word + "'");
  for (auto row = first; row <= last; ++row) rows.push_back(row);
}

/// The whole set, or the rows that the words name.
int remove(const Options& options, const Workspace& workspace, const Context& context) {
  if (options.name.empty()) throw UsageError("pairs remove needs --set");
  std::vector<std::int64_t> rows;
  for (const std::string& word : options.words) take_rows(word, rows);
  if (rows.empty()) remove_pair_set(workspace, options.name);
  else remove_pairs(workspace, options.name, rows);
  if (context.json) print_json({{"event", "removed"}, {"set", options.name}, {"row", rows.empty() ? Json(nullptr) : Json(rows.front())}, {"rows", rows.size()}});
  else if (rows.empty()) print_message("pair set '" + options.name + "' removed");
  else print_message((rows.size() == 1 ? "row " + options.file() : std::to_string(rows.size()) + " rows") + " removed from '" + options.name + "'");
  return kDone;
}

int rename(const Options& options, const Workspace& workspace, const Context& context) {
  if (options.name.empty() || options.file().empty()) throw UsageError("pairs rename needs --set NAME and the new name");
  rename_pair_set(workspace, options.name, options.file());
  if (context.json) print_json({{"event", "renamed"}, {"set", options.file()}, {"before", options.name}});
  else print_message("pair set '" + options.name + "' is called '" + options.file() + "' now");
  return kDone;
}

int run_pairs(const Options& options, Context& context) {
  if (options.words.size() > 1 && options.what != "remove") throw UsageError("pairs " + options.what + " takes one word, not '" + options.words[1] + "' as well; a name with blanks is put into quotes");
  if (options.what == "generate") return unless_stopped(context, [&] { return generate(options, context); });
  const auto workspace = open_workspace(context);
  if (options.what == "list") {
    for (const auto& set : list_pair_sets(workspace)) tell(context, set);
    return kDone;
  }
  if (options.what == "show") return show(options, workspace, context);
  if (options.what == "add") return add(options, workspace, context);
  if (options.what == "suggest") return suggest(options, workspace, context);
  if (options.what == "remove") return remove(options, workspace, context);
  if (options.what == "rename") return rename(options, workspace, context);
  if (options.file().empty()) throw UsageError("pairs " + options.what + " needs a CSV file");
  if (options.what == "export") return tell_file(context, options.file(), export_pairs(workspace, options.file(), options.name, options.targets));
  tell(context, import_pairs(workspace, options.file(), options.name));
  return kDone;
}

const VerbRegistration pairs{"pairs", "make, suggest, read and write pairs (CSV label1,idx1,label2,idx2 without header)", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("what", options->what, "generate, suggest, import, export, list, show, add, remove or rename")
      ->required()
      ->check(CLI::IsMember({"generate", "suggest", "import", "export", "list", "show", "add", "remove", "rename"}));
  command.add_option("file", options->words, "CSV file to import or export; for remove: the rows to take out, as 3 or 5-7 (without one the whole set); for rename: the new name");
  command.add_option("--count", options->count, "pairs to generate; default 15000, with --phrases all; for suggest: most of either kind, default 6")->check(
      [](const std::string& word) { return word.find_first_not_of("0123456789") == std::string::npos && word.find_first_not_of('0') != std::string::npos ? "" : "must be a whole number of pairs from 1 on, not " + word; });
  command.add_option("--seed", options->seed, "start of the draw")->capture_default_str();
  command.add_option("--name,--set", options->name, "name of the pair set; default: made up, or the newest for export");
  command.add_option("--content", options->content, "add, suggest: number of the content clip")->check(CLI::Range(1LL, 1LL << 60));
  command.add_option("--style", options->style, "add: number of the style clip; suggest: only pairs with this style")->check(CLI::Range(1LL, 1LL << 60));
  command.add_option("--target", options->target, "add: number of the clip that is the truth, where there is one")->check(CLI::Range(1LL, 1LL << 60));
  command.add_option("--reason", options->reason, "add: why the two are paired; default: chosen by hand");
  command.add_option("--out", options->out, "also write the generated pairs to this CSV file");
  command.add_option("--folder", options->folder, "generate over the files of a folder per label that is not imported (needs --out)");
  command.add_flag("--phrases", options->phrases, "pairs with known targets: content and target share a phrase");
  command.add_flag("--targets", options->targets, "write label3,idx3 of the target as well");
  return [options](Context& context) { return run_pairs(*options, context); };
}};

}  // namespace
}  // namespace luthier::ctl
