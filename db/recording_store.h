#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/catalog.h"

namespace luthier::db {

/// Sound files. See Catalog for thread and errors.
class RecordingStore {
 public:
  explicit RecordingStore(SQLite::Database& database) : database_(database) {}

  /// Stores a new one (id and added_at are given by the store).
  RecordingId add(const RecordingRow& row);
  std::optional<RecordingRow> get(RecordingId id);
  std::optional<RecordingRow> find_by_sha256(const std::string& sha256);
  std::optional<RecordingRow> find_by_path(const std::string& path);
  std::vector<RecordingRow> all();
  std::vector<RecordingRow> of_clips(const std::vector<ClipId>& clips);  ///< each once, by id
  std::int64_t count();
  void set_missing(RecordingId id, bool missing);
  /// The file was found again elsewhere: new path, not missing.
  void set_path(RecordingId id, const std::string& path);
  void set_source(const std::vector<RecordingId>& ids, const std::string& source);
  void set_rights(const std::vector<RecordingId>& ids, const std::string& rights);
  void set_notes(const std::vector<RecordingId>& ids, const std::string& notes);
  /// Takes its clips, and their pairs, along. The file itself is not touched.
  void remove(const std::vector<RecordingId>& ids);
  struct Files {
    std::int64_t files = 0, bytes = 0;
  };
  /// Files in the workspace's audio/ that no clip would use any more without these clips.
  Files used_only_by(const std::vector<ClipId>& clips);
  /// Recordings that no clip uses.
  std::vector<RecordingRow> without_clips();

 private:
  SQLite::Database& database_;
};

}  // namespace luthier::db
