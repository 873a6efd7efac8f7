#include "core/session/sound_table.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "audio/reader.h"
#include "core/session/csv.h"
#include "core/session/sound_files.h"
#include "core/session/tar_file.h"
#include "core/session/text_file.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Cells = std::map<std::string, std::string>;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// The first of these columns that is there and not empty.
std::string cell(const Cells& cells, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const auto found = cells.find(name); found != cells.end() && !found->second.empty()) return found->second;
  return {};
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t start = 0; start <= list.size();) {
    const auto end = std::min(list.find_first_of(";,|", start), list.size());
    const auto first = list.find_first_not_of(' ', start);
    if (first < end) {
      std::string word = list.substr(first, end - first);
      while (!word.empty() && word.back() == ' ') word.pop_back();
      words.push_back(word);
    }
    start = end + 1;
  }
  return words;
}

SoundEntry entry_of(const Cells& cells, const std::string& place) {
  SoundEntry entry;
  entry.label = cell(cells, {"label", "instrument", "class", "category"});
  entry.phrase = cell(cells, {"phrase"});
  entry.rights = cell(cells, {"rights", "license", "licence"});
  entry.source = cell(cells, {"source", "url"});
  entry.notes = cell(cells, {"notes"});
  entry.name = cell(cells, {"name"});
  entry.tags = words_of(cell(cells, {"tags"}));
  const std::string split = lower(cell(cells, {"split"})), rating = cell(cells, {"rating"});
  if (!split.empty()) {
    entry.split = split == "valid" || split == "dev" ? db::Split::validation : db::split_from_text(split);
    if (!entry.split) throw SessionError(place + ": a split is train, validation, test or none, not '" + split.substr(0, 40) + "'");
  }
  if (!rating.empty()) {
    if (rating.size() != 1 || rating[0] < '0' || rating[0] > '5') throw SessionError(place + ": a rating is 0 to 5, not '" + rating + "'");
    entry.rating = rating[0] - '0';
  }
  return entry;
}

/// A JSON object's values as texts; lists with commas between.
Cells cells_of(const nlohmann::json& object) {
  Cells cells;
  const auto text = [](const nlohmann::json& value) { return value.is_string() ? value.get<std::string>() : value.is_null() ? std::string() : value.dump(); };
  for (const auto& [key, value] : object.items()) {
    std::string& cell = cells[lower(key)];
    if (!value.is_array()) {
      cell = text(value);
      continue;
    }
    for (const auto& one : value) cell += (cell.empty() ? "" : ",") + text(one);
  }
  return cells;
}

/// "a/b.c/key.flac" -> "a/b.c/key", "flac"
std::pair<std::string, std::string> key_and_ending(const std::string& name) {
  const auto slash = name.rfind('/');
  const auto dot = name.find('.', slash == std::string::npos ? 0 : slash + 1);
  if (dot == std::string::npos) return {name, {}};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

constexpr const char* kUnpacked = ".unpacked-";

}  // namespace

std::vector<fs::path> stale_unpacked(const Workspace& workspace) {
  std::vector<fs::path> stale;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(workspace.folder(), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kUnpacked) || !entry.is_directory(error)) continue;
    const long owner = std::strtol(name.c_str() + std::strlen(kUnpacked), nullptr, 10);
    if (owner <= 0 || (::kill(static_cast<pid_t>(owner), 0) != 0 && errno == ESRCH)) stale.push_back(entry.path());
  }
  return stale;
}

bool SoundTables::is_table(const fs::path& path) {
  const std::string ending = lower(path.extension().string());
  return ending == ".csv" || ending == ".jsonl";
}

bool SoundTables::is_shard(const fs::path& path) {
  const std::string name = lower(path.filename().string());
  return name.ends_with(".tar") || name.ends_with(".tar.gz") || name.ends_with(".tgz");
}

SoundTables::SoundTables(const Workspace& workspace, const std::vector<fs::path>& paths, const std::stop_token& stop)
    : unpacked_(workspace.folder() / (kUnpacked + std::to_string(::getpid()))) {
  std::error_code ignored;
  for (const fs::path& stale : stale_unpacked(workspace)) fs::remove_all(stale, ignored);
  try {
    for (const fs::path& given : paths) {
      const fs::path path = fs::absolute(given).lexically_normal();
      std::error_code error;
      if (fs::is_directory(path, error)) {
        paths_.push_back(given);
        for (const char* name : {"metadata.csv", "metadata.jsonl"})
          if (fs::exists(path / name, error)) read_table(path / name, false);
      } else if (is_shard(path)) {
        unpack(path, stop);
      } else if (is_table(path)) {
        read_table(path, true);
      } else {
        paths_.push_back(given);
      }
    }
    if (paths_.empty() && !stop.stop_requested() && !left_out_.empty()) throw SessionError(left_out_.front().reason);
    if (paths_.empty() && !stop.stop_requested()) throw SessionError("the table '" + paths.front().string() + "' names no sound file; each row needs its file_name");
  } catch (...) {
    std::error_code error;
    fs::remove_all(unpacked_, error);
    throw;
  }
}

SoundTables::~SoundTables() {
  std::error_code error;
  fs::remove_all(unpacked_, error);
}

const SoundEntry* SoundTables::find(const fs::path& file) const {
  const auto found = entries_.find(file);
  return found == entries_.end() ? nullptr : &found->second;
}

fs::path SoundTables::known_as(const fs::path& file) const {
  const auto found = known_as_.find(file);
  return found == known_as_.end() ? file : found->second;
}

void SoundTables::read_table(const fs::path& file, bool add_paths) {
  const std::string text = read_text(file);
  if (lower(file.extension().string()) == ".jsonl") read_json_lines(file, text, add_paths);
  else read_csv(file, text, add_paths);
}

void SoundTables::take(const fs::path& table, const Cells& cells, const std::string& place, bool add_paths) {
  const std::string name = cell(cells, {"file_name", "file", "path", "filename"});
  if (name.empty()) throw SessionError(place + " names no file (column file_name)");
  const fs::path path = (table.parent_path() / name).lexically_normal();
  try {
    entries_[path] = entry_of(cells, place);
  } catch (const SessionError& bad) {
    left_out_.push_back({path, bad.what()});
    return;
  }
  std::error_code error;
  if (!add_paths) return;
  if (!fs::exists(path, error)) throw SessionError(place + ": '" + path.string() + "' does not exist; check the column file_name");
  paths_.push_back(path);
}

void SoundTables::read_csv(const fs::path& file, const std::string& text, bool add_paths) {
  std::vector<std::string> head, cells;
  std::size_t start = 0;
  for (int line = 1; start < text.size(); ++line) {
    const auto end = std::min(text.find('\n', start), text.size());
    std::string row = text.substr(start, end - start);
    start = end + 1;
    if (line == 1 && row.starts_with("\xEF\xBB\xBF")) row.erase(0, 3);  // the mark that some programs put before UTF-8
    if (row.find_first_not_of(" \r\t") == std::string::npos) continue;
    const std::string place = "'" + file.string() + "', line " + std::to_string(line);
    const bool closed = split_csv(row, cells);
    if (head.empty()) {
      if (!closed) throw SessionError(place + " has a quote that is not closed");
      for (const std::string& one : cells) head.push_back(lower(one));
      continue;
    }
    try {
      if (!closed) throw SessionError(place + " has a quote that is not closed");
      if (cells.size() != head.size())
        throw SessionError(place + " has " + std::to_string(cells.size()) + " cells, and the first line has " + std::to_string(head.size()));
      Cells named;
      for (std::size_t i = 0; i < cells.size(); ++i) named[head[i]] = cells[i];
      take(file, named, place, add_paths);
    } catch (const SessionError& bad) {
      left_out_.push_back({file, bad.what()});
    }
  }
}

void SoundTables::read_json_lines(const fs::path& file, const std::string& text, bool add_paths) {
  std::size_t start = 0;
  for (int line = 1; start < text.size(); ++line) {
    const auto end = std::min(text.find('\n', start), text.size());
    const std::string row = text.substr(start, end - start);
    start = end + 1;
    if (row.find_first_not_of(" \r\t") == std::string::npos) continue;
    const std::string place = "'" + file.string() + "', line " + std::to_string(line);
    const auto object = nlohmann::json::parse(row, nullptr, false);
    try {
      if (!object.is_object()) throw SessionError(place + " is no JSON object");
      take(file, cells_of(object), place, add_paths);
    } catch (const SessionError& bad) {
      left_out_.push_back({file, bad.what()});
    }
  }
}

void SoundTables::unpack(const fs::path& shard, const std::stop_token& stop) {
  const fs::path folder = unpacked_ / std::to_string(paths_.size());
  fs::create_directories(folder);
  std::map<std::string, std::vector<fs::path>> sounds;  // by key
  std::map<std::string, Cells> said;
  std::map<std::string, std::string> bad;  // by key
  constexpr std::int64_t kMostText = 1 << 20;
  const auto wanted = [](const std::string& name, std::int64_t size) {
    const auto ending = lower(key_and_ending(name).second);
    return audio::has_audio_extension(name) || ((ending == "json" || ending == "cls") && size <= kMostText);
  };
  read_tar(shard, wanted, [&](const std::string& name, std::string&& bytes) {
    const auto [key, ending] = key_and_ending(name);
    if (audio::has_audio_extension(name)) {
      // The place in the shard is made a plain file name: nothing in a tar file chooses where it lands.
      const fs::path file = folder / safe_file_name(name);
      std::ofstream out(file, std::ios::binary);
      out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      if (!out.flush()) throw SessionError("the shard '" + shard.string() + "' cannot be unpacked; check the free space");
      sounds[key].push_back(file);
      known_as_[file] = shard / fs::path(name).relative_path();
    } else if (lower(ending) == "json") {
      const auto object = nlohmann::json::parse(bytes, nullptr, false);
      if (!object.is_object()) bad[key] = "'" + name + "' in '" + shard.string() + "' is no JSON object";
      else
        for (auto& [column, value] : cells_of(object)) said[key].emplace(column, value);
    } else {
      said[key]["label"] = bytes.substr(0, bytes.find_last_not_of(" \r\n\t") + 1);
    }
    return !stop.stop_requested();
  });
  for (const auto& [key, files] : sounds) {
    for (const fs::path& file : files) {
      SoundEntry entry;
      try {
        if (const auto found = bad.find(key); found != bad.end()) throw SessionError(found->second);
        entry = entry_of(said[key], "'" + key + "' in '" + shard.string() + "'");
      } catch (const SessionError& refused) {
        left_out_.push_back({known_as_[file], refused.what()});
        continue;
      }
      if (entry.source.empty()) entry.source = shard.string() + "/" + key + file.extension().string();
      if (entry.name.empty()) entry.name = fs::path(key).filename().string() + file.extension().string();
      entries_[file] = entry;
      paths_.push_back(file);
    }
  }
  if (sounds.empty() && !stop.stop_requested()) throw SessionError("the shard '" + shard.string() + "' holds no sound; WAV, FLAC, OGG, Opus, MP3 and AIFF are read");
}

}  // namespace luthier
