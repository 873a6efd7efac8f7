#include "core/session/split_lists.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

#include "core/session/text_file.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

/// "./jazz\\jazz.00001.wav \r" -> "jazz/jazz.00001.wav"
std::string tidy(std::string line) {
  std::replace(line.begin(), line.end(), '\\', '/');
  const auto first = line.find_first_not_of(" \t\r"), last = line.find_last_not_of(" \t\r");
  if (first == std::string::npos) return {};
  line = line.substr(first, last - first + 1);
  while (line.starts_with("./")) line.erase(0, 2);
  return line;
}

}  // namespace

SplitLists::SplitLists(const std::vector<fs::path>& train, const std::vector<fs::path>& validation, const std::vector<fs::path>& test) {
  for (const auto& list : train) read(list, db::Split::train);
  for (const auto& list : validation) read(list, db::Split::validation);
  for (const auto& list : test) read(list, db::Split::test);
}

void SplitLists::read(const fs::path& list, db::Split split) {
  std::istringstream lines(read_text(list));
  bool any = false;
  for (std::string line; std::getline(lines, line);) {
    line = tidy(line);
    if (line.empty() || line.starts_with('#')) continue;
    any = true;
    const auto [place, fresh] = lines_.emplace(line, split);
    if (fresh)
      if (const auto [name, first] = by_name_.emplace(line.substr(line.rfind('/') + 1), line); !first) name->second.clear();
    if (!fresh && place->second != split)
      throw SessionError("the file '" + line + "' is on a list for " + db::to_text(place->second) + " and on one for " + db::to_text(split) + "; take it off one of them");
  }
  if (!any) throw SessionError("the list '" + list.string() + "' names no file; it needs one path a line");
}

const std::string* SplitLists::line_of(const fs::path& file) const {
  const std::string path = file.generic_string();
  // From the whole path to the bare name.
  for (std::size_t from = 0;;) {
    if (const auto found = lines_.find(path.substr(from)); found != lines_.end()) return &found->first;
    const auto slash = path.find('/', from);
    if (slash == std::string::npos) break;
    from = slash + 1;
  }
  const auto named = by_name_.find(file.filename().string());
  return named == by_name_.end() || named->second.empty() ? nullptr : &named->second;
}

db::Split SplitLists::split_of(const fs::path& file) const {
  const auto* line = line_of(file);
  return line ? lines_.at(*line) : db::Split::none;
}

std::vector<std::string> SplitLists::without_file(const std::vector<fs::path>& files) const {
  std::set<std::string> met;
  for (const auto& file : files)
    if (const auto* line = line_of(file)) met.insert(*line);
  std::vector<std::string> out;
  for (const auto& [line, split] : lines_)
    if (!met.count(line)) out.push_back(line);
  return out;
}

}  // namespace luthier
