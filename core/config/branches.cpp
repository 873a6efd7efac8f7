#include "core/config/branches.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace luthier {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw ConfigError("Setting 'branches' cannot be '" + text + "': it must name steps and what changes after them, as in '12 seed=7 guidance=2; 20 seed=9'.");
}

std::int64_t step_of(const std::string& word, const std::string& text) {
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), step);
  if (error != std::errc() || end != word.data() + word.size() || step < 1) refuse(text);
  return step;
}

void add_change(Config& changes, const std::string& word, const Schema& schema, const std::string& text) {
  const auto equals = word.find('=');
  if (equals == std::string::npos || equals == 0) refuse(text);
  const std::string name = word.substr(0, equals);
  std::string known;
  for (const Setting& setting : schema) {
    const auto& names = branch_settings();
    if (std::find(names.begin(), names.end(), setting.name) == names.end()) continue;
    known += (known.empty() ? "" : ", ") + setting.name;
    if (setting.name != name) continue;
    changes[name] = parse_value(setting, std::string_view(word).substr(equals + 1));
    return;
  }
  throw ConfigError("'" + name + "' cannot change on the way; a branch of this model can change " + known + ".");
}

}  // namespace

const std::vector<std::string>& branch_settings() {
  static const std::vector<std::string> names = {"seed", "temperature", "guidance", "eta"};
  return names;
}

std::vector<Branch> parse_branches(const std::string& text, const Schema& schema) {
  std::vector<Branch> branches;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ';');) {
    std::istringstream words(part);
    std::string word;
    if (!(words >> word)) continue;
    Branch branch{step_of(word, text), {}};
    while (words >> word) add_change(branch.changes, word, schema, text);
    if (branch.changes.empty() || (!branches.empty() && branches.back().step >= branch.step)) refuse(text);
    branches.push_back(std::move(branch));
  }
  return branches;
}

std::string branches_text(const std::vector<Branch>& branches) {
  std::string text;
  for (const Branch& branch : branches) {
    text += (text.empty() ? "" : "; ") + std::to_string(branch.step);
    for (const auto& [name, value] : branch.changes) text += " " + name + "=" + to_text(value);
  }
  return text;
}

std::string with_branch(const std::string& text, const Branch& branch, const Schema& schema) {
  auto branches = parse_branches(text, schema);
  std::erase_if(branches, [&](const Branch& old) { return old.step >= branch.step; });
  branches.push_back(branch);
  const std::string out = branches_text(branches);
  parse_branches(out, schema);
  return out;
}

}  // namespace luthier
