#include "core/session/learned_directions.h"

#include <set>
#include <sstream>

namespace luthier {
namespace {

/// "guitar, piano" as names.
std::set<std::string> listed(const std::string& text) {
  std::set<std::string> names;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const auto first = part.find_first_not_of(' '), last = part.find_last_not_of(' ');
    if (first != std::string::npos) names.insert(part.substr(first, last - first + 1));
  }
  return names;
}

}  // namespace

std::vector<std::string> learned_directions(const std::map<std::string, std::string>& record, std::vector<std::string> directions) {
  const auto source = record.find("source_labels"), target = record.find("target_labels"), way = record.find("direction");
  if (source == record.end() || target == record.end()) return directions;
  const auto from = listed(source->second), to = listed(target->second);
  const bool both = way == record.end() || way->second == "both";
  std::erase_if(directions, [&](const std::string& direction) {
    const auto middle = direction.find('>');
    const std::string content = direction.substr(0, middle), aim = middle == std::string::npos ? "" : direction.substr(middle + 1);
    return !(from.count(content) && to.count(aim)) && !(both && to.count(content) && from.count(aim));
  });
  return directions;
}

}  // namespace luthier
