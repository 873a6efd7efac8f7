#include "core/session/family_catalog.h"

#include <algorithm>
#include <set>

#include "core/families/family.h"
#include "core/families/planned.h"

namespace luthier {
namespace {

std::string role_name(Role role) {
  switch (role) {
    case Role::translator: return "translator";
    case Role::vocoder: return "vocoder";
    case Role::generator: return "generator";
    case Role::optimiser: return "optimiser";
  }
  return "translator";
}

std::vector<FamilyEntry> make_catalog() {
  std::vector<FamilyEntry> entries;
  for (const Family* family : families()) {
    const FamilyInfo info = family->info();
    FamilyEntry entry{info.id, info.title, info.summary, role_name(info.role), info.paired, run_schema(*family), {}, family->transfer_schema()};
    for (const auto& preset : family->presets()) entry.presets.push_back({preset.name, preset.help, preset.overrides});
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

const std::vector<FamilyEntry>& family_catalog() {
  static const std::vector<FamilyEntry> entries = make_catalog();
  return entries;
}

std::string family_role(const std::string& id) {
  const auto& all = family_catalog();
  const auto found = std::find_if(all.begin(), all.end(), [&](const FamilyEntry& entry) { return entry.id == id; });
  return found == all.end() ? std::string() : found->role;
}

const FamilyEntry& family_entry(const std::string& id) {
  std::string known;
  for (const auto& entry : family_catalog()) {
    if (entry.id == id) return entry;
    known += (known.empty() ? "" : ", ") + entry.id;
  }
  throw ConfigError("There is no model family '" + id + "'; the families are: " + known + ".");
}

Config preset_values(const FamilyEntry& family, const std::string& preset, const Config& overrides) {
  std::string known;
  for (const auto& entry : family.presets) {
    known += (known.empty() ? "" : ", ") + entry.name;
    if (entry.name != preset) continue;
    Config all = entry.overrides;
    for (const auto& [name, value] : overrides) all[name] = value;
    return complete(family.schema, all);
  }
  throw ConfigError("Family '" + family.id + "' has no preset '" + preset + "'; it has: " + known + ".");
}

bool changeable_on_resume(const Setting& setting) {
  static const std::set<std::string> groups = {"Training", "Run", "Reconstruction", "Separation", "Curriculum", "Report: training"};
  return groups.count(setting.group) > 0;
}

std::string length_setting(const Config& config) {
  const auto system = config.find("system");
  return system != config.end() && system->second == Value(std::string("report")) ? "diffusion_steps" : "steps";
}

Timeline family_timeline(const std::string& family, const Config& config) {
  const auto* planned = dynamic_cast<const Planned*>(&find_family(family));
  return planned ? planned->timeline(config) : Timeline{};
}

}  // namespace luthier
