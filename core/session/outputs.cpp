#include "core/session/outputs.h"

#include <nlohmann/json.hpp>

#include "audio/analysis/mel_filterbank.h"
#include "core/session/workspace.h"
#include "core/signal/representation.h"

namespace luthier {

namespace fs = std::filesystem;

void refuse_existing(const fs::path& file) {
  std::error_code error;
  if (!file.empty() && fs::exists(file, error))
    throw ConfigError("'" + file.string() + "' is there already and is never overwritten; choose another name or move it away.");
}

void make_parent(const fs::path& file) {
  if (!file.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) throw SessionError("the folder '" + file.parent_path().string() + "' cannot be made (" + error.message() + "); check permissions");
}

nlohmann::ordered_json json_of(const Config& config) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (const auto& [name, value] : config) out[name] = std::visit([](const auto& v) { return nlohmann::ordered_json(v); }, value);
  return out;
}

std::vector<double> mel_bin_hz(const RepresentationSpec& spec) {
  const audio::MelFilterbank bank({.sample_rate = spec.sample_rate, .n_fft = spec.n_fft, .bands = spec.bands});
  std::vector<double> out;
  for (int band = 0; band < spec.bands; ++band) out.push_back(bank.center_hz(band));
  return out;
}

}  // namespace luthier
