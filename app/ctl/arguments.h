#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/ctl/verb.h"
#include "core/run/progress.h"
#include "core/session/workspace.h"

/// What verbs share: the workspace, and how results, messages and progress are printed.
namespace luthier::ctl {

using Json = nlohmann::ordered_json;

/// Opens the workspace, or says how to make one.
Workspace open_workspace(const Context& context);
/// Opens it, or makes it: for verbs that bring the first sounds in.
Workspace open_or_create_workspace(const Context& context);
/// For verbs that change rows: throws SessionError where the workspace is read-only.
std::unique_ptr<db::Catalog> open_writable_catalog(const Workspace& workspace);

/// One JSON line on stdout (text that is not UTF-8 is repaired).
void print_json(const Json& line);
/// One line for people on stderr.
void print_message(const std::string& text);
/// Progress for people on stderr, one line rewritten in place on a terminal and every 10 % otherwise; with --json a line
/// {"event":"progress","fraction":…,"text":…,"seconds_left":…} at most 5 times a second.
ProgressSink console_progress(const Context& context);

/// A table for people, columns as wide as they need; numbers (all-digit cells) to the right.
void print_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows);
/// "12.5", "3:07" (minutes) or "2:05:00".
std::string time_text(double seconds);
/// Clip ids from words: numbers, ranges "3-9", or one query in the search language. Throws UsageError or DbError; an
/// empty result is an error naming the words.
std::vector<db::ClipId> clips_from_words(db::Catalog& catalog, const std::vector<std::string>& words);

}  // namespace luthier::ctl
