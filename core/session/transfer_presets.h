#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/session/transfer_session.h"

namespace luthier {

/// Settings of a transfer that were saved under a name, as <workspace>/presets/transfer/<name>.json.
struct TransferPreset {
  std::string name;
  std::string run, checkpoint, family;  ///< the model; all empty: the shipped weights
  Config options;                       ///< those that differ from the defaults
  std::string vocoder;
  bool treble = true;
};

/// By name.
std::vector<TransferPreset> transfer_presets(const std::filesystem::path& workspace);
/// Throws ConfigError listing the known names.
TransferPreset transfer_preset(const std::filesystem::path& workspace, const std::string& name);
/// Writes the whole file or nothing. A preset of that name is only replaced when `replace` says so. Throws ConfigError: the
/// name is empty, over 80 bytes, holds a '/' or begins with '.'; or it is taken.
void save_transfer_preset(const std::filesystem::path& workspace, const TransferPreset& preset, bool replace = false);
/// No error where there is none.
void remove_transfer_preset(const std::filesystem::path& workspace, const std::string& name);

/// What of a request is a preset, and the request with a preset's settings under what it has itself.
TransferPreset preset_of(const TransferRequest& request, const std::string& name);
void apply_preset(const TransferPreset& preset, TransferRequest& request);

}  // namespace luthier
