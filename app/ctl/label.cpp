#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/library_session.h"
#include "db/edit_journal.h"
#include "db/label_store.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::string name;
  std::vector<std::string> words;
  bool remove = false, undo = false;
  std::string rename, colour;
  int key = -1;  ///< < 0: not given
  bool changes_label() const { return remove || !rename.empty() || !colour.empty() || key >= 0; }
};

constexpr const char* kClipsHelp = "numbers, ranges as 3-9, or a search as 'inst:violin dur:>2'";

/// Opens the catalog, finds the clips, makes the change and says what came of it.
template <class Change>
int edit(const Options& options, const Context& context, const std::string& what, Change change) {
  if (what != "exclude" && what != "remove" && options.name.empty())
    throw UsageError("the name of a " + what + " cannot be empty" + (what == "label" ? "; 'none' takes the label away" : ""));
  const auto workspace = open_workspace(context);
  const auto catalog = open_writable_catalog(workspace);
  const auto ids = clips_from_words(*catalog, options.words);
  const db::EditId step = change(*catalog, ids);
  if (context.json) print_json({{"event", what}, {"name", options.name}, {"clips", ids.size()}, {"changed", static_cast<bool>(step)}});
  else print_message(std::to_string(ids.size()) + (ids.size() == 1 ? " clip" : " clips") + (step ? " changed" : ": nothing to change"));
  return kDone;
}

/// The label itself: its name, colour or key, or an end to it. One undo step.
int change_label(const Options& options, const Context& context) {
  if (!options.words.empty()) throw UsageError("--rename, --colour, --key and --remove change the label itself; name no clips");
  if (options.remove && (!options.rename.empty() || !options.colour.empty() || options.key >= 0)) throw UsageError("--remove takes the label away; leave out what else shall change");
  const auto workspace = open_workspace(context);
  const auto catalog = open_writable_catalog(workspace);
  auto& labels = catalog->labels();
  const auto known = labels.find_label(options.name);
  if (!known) throw SessionError("there is no label '" + options.name + "'; luthierctl stats lists them");
  db::Edit edit(*catalog, (options.remove ? "remove the label " : "change the label ") + known->name);
  if (options.remove) labels.remove_label(known->id);
  if (!options.rename.empty()) labels.rename_label(known->id, options.rename);
  if (!options.colour.empty()) labels.set_color(known->id, options.colour);
  if (options.key >= 0) labels.set_key(known->id, options.key);
  const bool changed = static_cast<bool>(edit.commit());
  if (context.json) print_json({{"event", "label"}, {"name", known->name}, {"clips", known->clips}, {"removed", options.remove}, {"changed", changed}});
  else print_message("label '" + known->name + "' " + (options.remove ? "removed; " + std::to_string(known->clips) + " clips have none now" : changed ? "changed" : "is like that already"));
  return kDone;
}

std::string is_colour(const std::string& word) {
  const bool good = word.size() == 7 && word[0] == '#' && word.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
  return good ? "" : "must be a colour as #3388ff, not " + word;
}

const VerbRegistration label{"label", "label clips by instrument ('none' takes the label away), or change a label itself", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("name", options->name, "label, made if there is none; none: take the label away")->required();
  command.add_option("clips", options->words, kClipsHelp);
  command.add_option("--rename", options->rename, "give the label another name")->check([](const std::string& word) { return word.empty() ? "needs a name, not an empty word" : ""; });
  command.add_option("--colour,--color", options->colour, "give the label a colour, as #3388ff")->check(is_colour);
  command.add_option("--key", options->key, "give the label a key of 1 to 9 (another label loses it); 0: none")->check(CLI::Range(0, 9));
  command.add_flag("--remove", options->remove, "take the label away for good; its clips have none then");
  return [options](Context& context) {
    if (options->changes_label()) return change_label(*options, context);
    return edit(*options, context, "label", [&](db::Catalog& catalog, const ClipIds& ids) {
      return label_clips(catalog, ids, options->name == "none" ? std::string() : options->name);
    });
  };
}};

const VerbRegistration tag{"tag", "tag clips; --remove takes the tag away", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("name", options->name, "tag, made if there is none")->required();
  command.add_option("clips", options->words, kClipsHelp)->required();
  command.add_flag("--remove", options->remove, "take the tag away");
  return [options](Context& context) {
    return edit(*options, context, "tag", [&](db::Catalog& catalog, const ClipIds& ids) { return tag_clips(catalog, ids, options->name, !options->remove); });
  };
}};

const VerbRegistration exclude{"exclude", "keep clips out of training, pairs and export; --undo takes them in again", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("clips", options->words, kClipsHelp)->required();
  command.add_flag("--undo", options->undo, "take the clips in again");
  return [options](Context& context) {
    return edit(*options, context, "exclude", [&](db::Catalog& catalog, const ClipIds& ids) { return exclude_clips(catalog, ids, !options->undo); });
  };
}};

const VerbRegistration split{"split", "put clips to train, validation or test; none leaves it to the training", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("name", options->name, "train, validation, test or none")->required()->check(CLI::IsMember({"train", "validation", "test", "none"}));
  command.add_option("clips", options->words, kClipsHelp)->required();
  return [options](Context& context) {
    return edit(*options, context, "split", [&](db::Catalog& catalog, const ClipIds& ids) { return split_clips(catalog, ids, *db::split_from_text(options->name)); });
  };
}};

const VerbRegistration remove{"remove", "take clips out of the catalog; undo brings them back", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("clips", options->words, kClipsHelp)->required();
  return [options](Context& context) {
    return edit(*options, context, "remove", [](db::Catalog& catalog, const ClipIds& ids) { return remove_clips(catalog, ids); });
  };
}};

}  // namespace
}  // namespace luthier::ctl
