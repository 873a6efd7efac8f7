#pragma once
#include <map>
#include <string>

#include "core/session/workspace.h"

namespace luthier {

/// Titles that the user gave to runs, by run id.
using RunTitles = std::map<std::string, std::string>;

/// Those there are; empty where the catalog cannot be read now. Reads a file: not for a GUI thread.
RunTitles run_titles(const Workspace& workspace);
/// The same of a catalog that is open already; see Catalog for the thread. Throws db::DbError.
RunTitles run_titles(db::Catalog& catalog);
/// What lists call a run: its title, or its id where it has none.
std::string name_of(const std::string& run, const RunTitles& titles);
/// Gives a run a title of the user's own, kept in the catalog; an empty one takes it away. Returns the title as it was kept, without
/// blanks around it. Throws ConfigError when there is no such run, or the title is longer than 120 bytes or has more than one line;
/// SessionError where the catalog cannot be written.
std::string rename_run(const Workspace& workspace, const std::string& run, const std::string& title);

}  // namespace luthier
