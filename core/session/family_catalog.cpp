#include "core/session/family_catalog.h"

#include "core/families/family.h"

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

}  // namespace luthier
