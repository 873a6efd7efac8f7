#pragma once
#include <nlohmann/json_fwd.hpp>

#include "core/config/schema.h"

namespace luthier {

/// Settings as a JSON object of numbers, switches and texts, and back (other values are left out).
nlohmann::ordered_json json_from_config(const Config& config);
Config config_from_json(const nlohmann::ordered_json& json);

}  // namespace luthier
