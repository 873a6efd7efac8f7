#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace luthier {

/// Writes to a temporary name beside `path`, syncs (unless told not to) and renames: `path` is either the whole new file or as before. Throws
/// SessionError (full disk, read-only folder …); then nothing is left behind.
void write_text(const std::filesystem::path& path, std::string_view text, bool synced = true);
/// Throws SessionError for a folder, pipe or device: reading one may never end. What is not there is not looked at.
void require_ordinary_file(const std::filesystem::path& path);
/// The whole file. Throws SessionError when it is no ordinary file, it cannot be read or is larger than 1 GiB.
std::string read_text(const std::filesystem::path& path);
/// Now in UTC: "2026-01-31T12:00:00Z".
std::string utc_now();

}  // namespace luthier
