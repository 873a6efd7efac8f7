#pragma once
#include <cstdint>
#include <filesystem>

/// Signs that a sound file is only the beginning of one. libsndfile quietly believes the file's size, so such a file would
/// pass for a shorter sound. What is unusual but may be whole is no sign.
namespace luthier::audio::detail {

/// Share of the sound, 0 to 1, that the header of a RIFF or AIFF file promises and the file has not; 0 for other files.
double missing_share(const std::filesystem::path& path, std::uint64_t file_size);
/// Ogg (RFC 3533): page follows page, and the file ends before the last one does.
bool ends_within_a_page(const std::filesystem::path& path, std::uint64_t file_size);

}  // namespace luthier::audio::detail
