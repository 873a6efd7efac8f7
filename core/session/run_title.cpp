#include "core/session/run_title.h"

#include <algorithm>
#include <cctype>
#include <exception>

#include "core/session/outputs.h"
#include "core/session/training_session.h"
#include "db/catalog.h"
#include "db/edit_journal.h"
#include "db/run_store.h"

namespace luthier {
namespace {

constexpr std::size_t kLongest = 120;  ///< bytes

std::string trimmed(const std::string& text) {
  const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
  const auto begin = std::find_if_not(text.begin(), text.end(), blank);
  const auto end = std::find_if_not(text.rbegin(), std::make_reverse_iterator(begin), blank).base();
  return {begin, end};
}

/// For a run that is in its folder alone, as those that came from a file.
db::RunRow row_of(const RunSummary& run) {
  db::RunRow row;
  row.folder = run.id, row.family = run.family, row.preset = run.preset, row.device = run.device;
  row.step = run.step, row.total_steps = run.total_steps, row.message = run.message;
  row.state = run.status == "done" ? db::RunState::finished : run.status == "failed" ? db::RunState::failed : db::RunState::cancelled;
  return row;
}

}  // namespace

std::string name_of(const std::string& run, const RunTitles& titles) {
  const auto found = titles.find(run);
  return found == titles.end() ? run : found->second;
}

std::string rename_run(const Workspace& workspace, const std::string& run, const std::string& title) {
  const RunSummary summary = read_run(workspace.folder(), run);
  const std::string wanted = trimmed(title);
  if (wanted.size() > kLongest) throw ConfigError("A title has at most " + std::to_string(kLongest) + " bytes; this one has " + std::to_string(wanted.size()) + ".");
  if (std::any_of(wanted.begin(), wanted.end(), [](unsigned char c) { return std::iscntrl(c) != 0; })) throw ConfigError("A title is one line of text.");
  const auto catalog = workspace.open_catalog();
  if (catalog->read_only()) throw SessionError(why_read_only(workspace));
  const auto known = catalog->runs().find(summary.id);
  const db::RunId id = known ? known->id : catalog->runs().add(row_of(summary));
  db::Edit edit(*catalog, wanted.empty() ? "take the title from run " + summary.id : "call run " + summary.id + " \"" + wanted + "\"");
  catalog->runs().set_title(id, wanted);
  edit.commit();
  return wanted;
}

RunTitles run_titles(db::Catalog& catalog) {
  RunTitles titles;
  for (const db::RunRow& row : catalog.runs().all())
    if (!row.title.empty()) titles[row.folder] = row.title;
  return titles;
}

RunTitles run_titles(const Workspace& workspace) {
  try {
    return run_titles(*workspace.open_catalog());
  } catch (const std::exception&) {
    return {};  // runs are listed by their folders, whatever has become of the catalog
  }
}

}  // namespace luthier
