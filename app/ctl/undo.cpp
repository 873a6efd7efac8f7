#include <CLI/CLI.hpp>

#include "app/ctl/arguments.h"
#include "db/edit_journal.h"

namespace luthier::ctl {
namespace {

int step(const Context& context, bool backwards) {
  const auto workspace = open_workspace(context);
  const auto catalog = open_writable_catalog(workspace);
  const auto edit = backwards ? catalog->journal().undo() : catalog->journal().redo();
  if (!edit) throw SessionError(backwards ? "there is nothing to undo" : "there is nothing to redo");
  if (context.json) print_json({{"event", backwards ? "undo" : "redo"}, {"title", edit->title}, {"at", edit->at}, {"changes", edit->changes}});
  else print_message((backwards ? "undone: " : "done again: ") + edit->title);
  return kDone;
}

const VerbRegistration undo{"undo", "take back the newest change to clips, labels, tags or pairs", [](CLI::App&) {
  return [](Context& context) { return step(context, true); };
}};

const VerbRegistration redo{"redo", "make the change that was undone last again", [](CLI::App&) {
  return [](Context& context) { return step(context, false); };
}};

}  // namespace
}  // namespace luthier::ctl
