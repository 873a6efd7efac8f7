#pragma once
#include <sndfile.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace luthier::audio::detail {

struct SoundFileCloser {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
/// Owner of a libsndfile handle. For the .cpp files of audio/ only.
using SoundFile = std::unique_ptr<SNDFILE, SoundFileCloser>;

/// Null on failure; sf_strerror(nullptr) then says why.
SoundFile open_sound_file(const std::filesystem::path& path, int mode, SF_INFO& info);

/// 'path' in quotes, for messages.
std::string quoted(const std::filesystem::path& path);

/// WAV chunk of ours that holds one long text field as "name=text", filled up with spaces.
inline constexpr const char* kTextChunk = "LUTH";

/// libsndfile's number of a text field name ("title", "comment" …), or 0.
int text_field(const std::string& name);
/// The names that text_field knows, in libsndfile's order.
const std::vector<std::pair<std::string, int>>& text_fields();

}  // namespace luthier::audio::detail
