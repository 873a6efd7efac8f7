#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/library_session.h"

namespace luthier::ctl {
namespace {

struct Options {
  std::string name;
  std::vector<std::string> words;
  bool remove = false, undo = false;
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

const VerbRegistration label{"label", "label clips by instrument; 'none' takes the label away", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("name", options->name, "label, made if there is none; none: take the label away")->required();
  command.add_option("clips", options->words, kClipsHelp)->required();
  return [options](Context& context) {
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
