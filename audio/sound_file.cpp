#include "audio/sound_file.h"

namespace luthier::audio::detail {

SoundFile open_sound_file(const std::filesystem::path& path, int mode, SF_INFO& info) {
#ifdef _WIN32
  return SoundFile(sf_wchar_open(path.c_str(), mode, &info));
#else
  return SoundFile(sf_open(path.c_str(), mode, &info));
#endif
}

std::string quoted(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

const std::vector<std::pair<std::string, int>>& text_fields() {
  static const std::vector<std::pair<std::string, int>> fields = {
      {"title", SF_STR_TITLE},   {"copyright", SF_STR_COPYRIGHT}, {"software", SF_STR_SOFTWARE},
      {"artist", SF_STR_ARTIST}, {"comment", SF_STR_COMMENT},     {"date", SF_STR_DATE},
      {"album", SF_STR_ALBUM},   {"license", SF_STR_LICENSE},     {"tracknumber", SF_STR_TRACKNUMBER},
      {"genre", SF_STR_GENRE},
  };
  return fields;
}

int text_field(const std::string& name) {
  for (const auto& [known, number] : text_fields())
    if (known == name) return number;
  return 0;
}

}  // namespace luthier::audio::detail
