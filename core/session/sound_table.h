#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/session/workspace.h"
#include "db/rows.h"

namespace luthier {

/// What a table says of one sound file; empty: nothing.
struct SoundEntry {
  std::string name, label, phrase, rights, source, notes;
  std::vector<std::string> tags;
  std::optional<db::Split> split;
  int rating = 0;
};

/// Tables of sounds: "metadata.csv" or "metadata.jsonl" as Hugging Face's audiofolder has them (file_name and further columns),
/// and tar shards as WebDataset has them (files of one name up to the first dot are one sample: the sound, and .json or .cls).
/// Known columns, or keys: file_name (file, path), label (instrument, class, category), split, phrase, tags, rating, rights
/// (license), source (url), notes, name; others are passed over.
class SoundTables {
 public:
  /// Reads the tables among the paths and those that lie in the folders named; unpacks shards into a hidden folder of the
  /// workspace, which goes with this object (as do those of programs that were killed). A row or an entry that cannot be used is
  /// left out with its file; where none is left, and for a file that is no table or shard at all, throws SessionError naming
  /// file and line.
  SoundTables(const Workspace& workspace, const std::vector<std::filesystem::path>& paths, const std::stop_token& stop);
  ~SoundTables();
  SoundTables(const SoundTables&) = delete;
  SoundTables& operator=(const SoundTables&) = delete;

  /// The paths to search for sounds: those given, and instead of tables and shards the files they name.
  const std::vector<std::filesystem::path>& paths() const { return paths_; }
  /// Null: no table speaks of the file.
  const SoundEntry* find(const std::filesystem::path& file) const;
  /// What was left out because a row or an entry cannot be used: its file, or the table or shard, and one sentence naming the place.
  struct LeftOut {
    std::filesystem::path file;
    std::string reason;
  };
  const std::vector<LeftOut>& left_out() const { return left_out_; }
  /// The file as the user knows it: an unpacked one by its place in the shard, "/data/a.tar/x.wav".
  std::filesystem::path known_as(const std::filesystem::path& file) const;
  /// True when a table gives files labels, so that folder names are not needed.
  bool empty() const { return entries_.empty(); }

  static bool is_table(const std::filesystem::path& path);
  static bool is_shard(const std::filesystem::path& path);

 private:
  void read_table(const std::filesystem::path& file, bool add_paths);
  void read_csv(const std::filesystem::path& file, const std::string& text, bool add_paths);
  void read_json_lines(const std::filesystem::path& file, const std::string& text, bool add_paths);
  void unpack(const std::filesystem::path& shard, const std::stop_token& stop);
  void take(const std::filesystem::path& table, const std::map<std::string, std::string>& cells, const std::string& place, bool add_paths);

  std::filesystem::path unpacked_;
  std::vector<std::filesystem::path> paths_;
  std::map<std::filesystem::path, SoundEntry> entries_;
  std::vector<LeftOut> left_out_;
  std::map<std::filesystem::path, std::filesystem::path> known_as_;  ///< unpacked files
};

/// Folders of unpacked shards that programs left which were killed.
std::vector<std::filesystem::path> stale_unpacked(const Workspace& workspace);

}  // namespace luthier
