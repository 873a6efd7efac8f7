#include "core/session/config_json.h"

#include <nlohmann/json.hpp>

namespace luthier {

using Json = nlohmann::ordered_json;

Json json_from_config(const Config& config) {
  Json out = Json::object();
  for (const auto& [name, value] : config) out[name] = std::visit([](const auto& v) { return Json(v); }, value);
  return out;
}

Config config_from_json(const Json& json) {
  Config out;
  if (!json.is_object()) return out;
  for (const auto& [name, value] : json.items()) {
    if (value.is_boolean()) out[name] = value.get<bool>();
    else if (value.is_number_integer()) out[name] = value.get<std::int64_t>();
    else if (value.is_number()) out[name] = value.get<double>();
    else if (value.is_string()) out[name] = value.get<std::string>();
  }
  return out;
}

}  // namespace luthier
