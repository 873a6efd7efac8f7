#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "core/config/schema.h"

namespace luthier {

struct RepresentationSpec;

// What sessions that write results share.

/// Throws ConfigError where the file is there already; an empty path is nothing.
void refuse_existing(const std::filesystem::path& file);
/// Makes the folder that a file shall lie in. Throws SessionError.
void make_parent(const std::filesystem::path& file);
/// Settings as a record names them.
nlohmann::ordered_json json_of(const Config& config);
/// Centre of each band of a mel representation, Hz, rising: the axis of its picture.
std::vector<double> mel_bin_hz(const RepresentationSpec& spec);

}  // namespace luthier
