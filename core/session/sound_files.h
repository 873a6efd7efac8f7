#pragma once
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace luthier {

struct SoundFiles {
  std::vector<std::filesystem::path> files;  ///< absolute, in order of name within each path given
  std::vector<std::string> unreadable;       ///< folders that could not be read, with the reason
};

/// Files are taken as named; folders are searched through, hidden entries and links to folders left out, for names that end
/// as a sound file does. Throws SessionError for a path that does not exist and when there is no sound at all.
SoundFiles find_sound_files(const std::vector<std::filesystem::path>& paths, std::stop_token stop = {});

/// A file name that every system takes: separators and control characters become '_'; never empty, "." or "..".
std::string safe_file_name(const std::string& text);

/// Copies to a temporary name beside `target` and renames. Throws SessionError (full disk, read-only); then nothing is left
/// behind. Not synced: an import of many thousand files would wait for the disk at each.
void copy_whole(const std::filesystem::path& source, const std::filesystem::path& target);
/// The same for text, and synced.
void write_whole(const std::filesystem::path& target, const std::string& text);

}  // namespace luthier
