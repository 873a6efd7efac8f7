#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/config/schema.h"

namespace luthier {

struct RepresentationSpec;
class Workspace;

// What sessions that write results share.

/// Throws ConfigError where the file is there already; an empty path is nothing.
void refuse_existing(const std::filesystem::path& file);
/// Throws SessionError where a file of this name could not be written now (read-only or full disk, a folder of that name …): asked
/// before work whose result goes there. Nothing is left behind; an empty path is nothing.
void require_writable(const std::filesystem::path& file);
/// Why the catalog of a workspace opened read-only, with the cure: a full disk, or permissions.
std::string why_read_only(const Workspace& workspace);
/// Makes the folder that a file shall lie in. Throws SessionError.
void make_parent(const std::filesystem::path& file);
/// Settings as a record names them.
nlohmann::ordered_json json_of(const Config& config);
/// Centre of each band of a mel representation, Hz, rising: the axis of its picture.
std::vector<double> mel_bin_hz(const RepresentationSpec& spec);

}  // namespace luthier
