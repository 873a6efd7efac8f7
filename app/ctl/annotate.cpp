#include <CLI/CLI.hpp>
#include <memory>

#include "app/ctl/arguments.h"
#include "core/session/library_session.h"

/// rate, note and phrase: what else can be said of clips. Each call is one step that `undo` takes back.
namespace luthier::ctl {
namespace {

constexpr const char* kClipsHelp = "numbers, ranges as 3-9, or a search as 'inst:violin dur:>2'";

struct Options {
  std::string text;
  std::vector<std::string> words;
  int rating = 0;
  bool rights = false, source = false;
};

template <class Change>
int annotate(const Options& options, const Context& context, const char* what, Change change) {
  const auto workspace = open_workspace(context);
  const auto catalog = open_writable_catalog(workspace);
  const auto ids = clips_from_words(*catalog, options.words);
  const db::EditId step = change(*catalog, ids);
  if (context.json) print_json({{"event", what}, {"clips", ids.size()}, {"changed", static_cast<bool>(step)}});
  else print_message(std::to_string(ids.size()) + (ids.size() == 1 ? " clip" : " clips") + (step ? " changed" : ": nothing to change"));
  return kDone;
}

const VerbRegistration rate{"rate", "rate clips 1 to 5; 0 takes the rating away", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("rating", options->rating, "0 to 5")->required()->check(CLI::Range(0, 5));
  command.add_option("clips", options->words, kClipsHelp)->required();
  return [options](Context& context) {
    return annotate(*options, context, "rate", [&](db::Catalog& catalog, const ClipIds& ids) { return rate_clips(catalog, ids, options->rating); });
  };
}};

const VerbRegistration note{"note", "write notes to clips, or the rights or source of their recordings", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("text", options->text, "the text; '' takes it away")->required();
  command.add_option("clips", options->words, kClipsHelp)->required();
  auto* rights = command.add_flag("--rights", options->rights, "licence or permission of the recordings");
  command.add_flag("--source", options->source, "where the recordings come from")->excludes(rights);
  return [options](Context& context) {
    return annotate(*options, context, "note", [&](db::Catalog& catalog, const ClipIds& ids) {
      if (options->rights) return set_rights(catalog, ids, options->text);
      return options->source ? set_source(catalog, ids, options->text) : note_clips(catalog, ids, options->text);
    });
  };
}};

const VerbRegistration phrase{"phrase", "say that clips play the same notes: each other's targets", [](CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("name", options->text, "phrase, made if there is none; none: take the phrase away")->required();
  command.add_option("clips", options->words, kClipsHelp)->required();
  return [options](Context& context) {
    if (options->text.empty()) throw UsageError("the name of a phrase cannot be empty; 'none' takes the phrase away");
    return annotate(*options, context, "phrase", [&](db::Catalog& catalog, const ClipIds& ids) {
      return phrase_clips(catalog, ids, options->text == "none" ? std::string() : options->text);
    });
  };
}};

}  // namespace
}  // namespace luthier::ctl
