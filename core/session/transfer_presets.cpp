#include "core/session/transfer_presets.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/session/config_json.h"
#include "core/session/text_file.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

fs::path folder_of(const fs::path& workspace) { return Workspace::open(workspace).folder() / "presets" / "transfer"; }

fs::path file_of(const fs::path& workspace, const std::string& name) {
  if (name.empty() || name.size() > 80 || name.front() == '.' || name.find_first_of(std::string_view("/\\\n\0", 4)) != std::string::npos)
    throw ConfigError("'" + name + "' cannot name saved settings; give a word or two without a slash.");
  return folder_of(workspace) / (name + ".json");
}

TransferPreset read(const fs::path& file) {
  const Json json = Json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  const auto text = [&](const char* key) { return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string(); };
  if (text("kind") != "transfer preset") throw SessionError("'" + file.string() + "' holds no saved settings of a transfer; remove it or put the right file back");
  TransferPreset preset{file.stem().string(), text("run"), text("checkpoint"), text("family"), {}, text("vocoder"), true};
  if (json.contains("options")) preset.options = config_from_json(json["options"]);
  if (json.contains("treble") && json["treble"].is_boolean()) preset.treble = json["treble"].get<bool>();
  return preset;
}

}  // namespace

std::vector<TransferPreset> transfer_presets(const fs::path& workspace) {
  std::vector<TransferPreset> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_of(workspace), error)) {
    if (entry.path().extension() != ".json") continue;
    try {
      all.push_back(read(entry.path()));
    } catch (const SessionError&) {
      // a file that is none of ours stays out of the list; asking for it by name says why
    }
  }
  std::sort(all.begin(), all.end(), [](const TransferPreset& a, const TransferPreset& b) { return a.name < b.name; });
  return all;
}

TransferPreset transfer_preset(const fs::path& workspace, const std::string& name) {
  const fs::path file = file_of(workspace, name);
  std::error_code error;
  if (fs::exists(file, error)) return read(file);
  std::string known;
  for (const auto& preset : transfer_presets(workspace)) known += (known.empty() ? "" : ", ") + preset.name;
  throw ConfigError("There are no settings saved as '" + name + "'" + (known.empty() ? "; none are saved yet." : "; there are: " + known + "."));
}

void save_transfer_preset(const fs::path& workspace, const TransferPreset& preset, bool replace) {
  const fs::path file = file_of(workspace, preset.name);
  std::error_code error;
  if (!replace && fs::exists(file, error)) throw ConfigError("Settings are saved as '" + preset.name + "' already; choose another name.");
  fs::create_directories(file.parent_path(), error);
  Json json{{"kind", "transfer preset"}, {"made", utc_now()}, {"run", preset.run}, {"checkpoint", preset.checkpoint}, {"family", preset.family},
            {"options", json_from_config(preset.options)}, {"vocoder", preset.vocoder}, {"treble", preset.treble}};
  write_text(file, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void remove_transfer_preset(const fs::path& workspace, const std::string& name) {
  const fs::path file = file_of(workspace, name);
  std::error_code error;
  if (!fs::exists(file, error)) transfer_preset(workspace, name);  // throws, naming those there are
  fs::remove(file, error);
  if (error) throw SessionError("'" + file.string() + "' cannot be removed (" + error.message() + "); check its permissions");
}

TransferPreset preset_of(const TransferRequest& request, const std::string& name) {
  return {name, request.run, request.checkpoint, request.family, request.options, request.vocoder, request.treble};
}

void apply_preset(const TransferPreset& preset, TransferRequest& request) {
  if (request.run.empty() && request.checkpoint.empty() && request.family.empty())
    request.run = preset.run, request.checkpoint = preset.checkpoint, request.family = preset.family;
  for (const auto& [name, value] : preset.options) request.options.insert({name, value});
  if (request.vocoder.empty()) request.vocoder = preset.vocoder;
  request.treble = request.treble && preset.treble;
}

}  // namespace luthier
