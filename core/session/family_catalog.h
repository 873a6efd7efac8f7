#pragma once
#include <string>
#include <vector>

#include "core/config/schema.h"
#include "core/run/timeline.h"

namespace luthier {

struct PresetEntry {
  std::string name;   ///< "report", "studio", "quick", "tiny"
  std::string help;   ///< one sentence
  Config overrides;   ///< over the defaults of `FamilyEntry::schema`
};

/// A model family as forms and help see it: no tensor, no network.
struct FamilyEntry {
  std::string id;       ///< "latent_diffusion"
  std::string title;
  std::string summary;  ///< one sentence
  std::string role;     ///< "translator", "vocoder", "generator" or "optimiser"
  bool paired = false;  ///< needs clips that share phrases, or a pair set
  Schema schema;        ///< what a run takes: the family's settings, then the loop's
  std::vector<PresetEntry> presets;
  Schema transfer_schema;
};

/// Every family of this build, in the order of its folders. Made on first use; any thread. Needs no LibTorch header, so
/// the interface may include it.
const std::vector<FamilyEntry>& family_catalog();
/// Throws ConfigError listing the known ids.
const FamilyEntry& family_entry(const std::string& id);
/// "translator", "vocoder", "generator" or "optimiser"; empty for a family that this build does not have.
std::string family_role(const std::string& id);
/// Preset over the defaults, then `overrides`; every value checked. Throws ConfigError.
Config preset_values(const FamilyEntry& family, const std::string& preset, const Config& overrides = {});

/// Whether a run that goes on may have another value: nothing that shapes networks, sound or data.
bool changeable_on_resume(const Setting& setting);
/// Name of the setting that holds the steps of the run's last phase.
std::string length_setting(const Config& config);
/// What these settings plan over the steps of a run (`config` complete); empty curves: nothing that changes. Throws ConfigError.
Timeline family_timeline(const std::string& family, const Config& config);

}  // namespace luthier
