#include "db/recording_store.h"

#include "db/sql.h"

namespace luthier::db {
namespace {

const std::string kColumns =
    "SELECT id, path, name, sha256, sample_rate, channels, frames, bytes, source, rights, notes, missing, added_at FROM recording r ";

RecordingRow read(const Sql& sql) {
  RecordingRow row;
  sql.read(0, row.id);
  row.path = sql.text(1);
  row.name = sql.text(2);
  row.sha256 = sql.text(3);
  row.sample_rate = static_cast<int>(sql.integer(4));
  row.channels = static_cast<int>(sql.integer(5));
  row.frames = sql.integer(6);
  row.bytes = sql.integer(7);
  row.source = sql.text(8);
  row.rights = sql.text(9);
  row.notes = sql.text(10);
  row.missing = sql.integer(11) != 0;
  row.added_at = sql.text(12);
  return row;
}

std::optional<RecordingRow> first(Sql sql) { return sql.step() ? std::optional(read(sql)) : std::nullopt; }

std::vector<RecordingRow> rows(Sql sql) {
  std::vector<RecordingRow> list;
  while (sql.step()) list.push_back(read(sql));
  return list;
}

const std::string kThese = " WHERE id IN (SELECT value FROM json_each(?))";

}  // namespace

RecordingId RecordingStore::add(const RecordingRow& row) {
  if (const auto taken = find_by_path(row.path))
    throw DbError("'" + row.path + "' is in the catalog already, with other content; remove recording " +
                  std::to_string(taken->id.value) + " or import a copy under another name");
  Sql(database_,
      "INSERT INTO recording (path, name, sha256, sample_rate, channels, frames, bytes, source, rights, notes, missing, added_at)"
      " VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
      row.path, row.name, row.sha256, row.sample_rate, row.channels, row.frames, row.bytes, row.source, row.rights, row.notes,
      row.missing, utc_now())
      .run();
  return {database_.getLastInsertRowid()};
}

std::optional<RecordingRow> RecordingStore::get(RecordingId id) { return first(Sql(database_, kColumns + "WHERE id = ?", id)); }

std::optional<RecordingRow> RecordingStore::find_by_sha256(const std::string& sha256) {
  return first(Sql(database_, kColumns + "WHERE sha256 = ?", sha256));
}

std::optional<RecordingRow> RecordingStore::find_by_path(const std::string& path) {
  return first(Sql(database_, kColumns + "WHERE path = ?", path));
}

std::vector<RecordingRow> RecordingStore::all() { return rows(Sql(database_, kColumns + "ORDER BY id")); }

std::vector<RecordingRow> RecordingStore::of_clips(const std::vector<ClipId>& clips) {
  return rows(Sql(database_, kColumns + "WHERE id IN (SELECT recording_id FROM clip WHERE id IN (SELECT value FROM json_each(?))) ORDER BY id", json_ids(clips)));
}

std::int64_t RecordingStore::count() { return query_integer(database_, "SELECT count(*) FROM recording"); }

void RecordingStore::set_missing(RecordingId id, bool missing) {
  Sql(database_, "UPDATE recording SET missing = ? WHERE id = ?", missing, id).run();
}

void RecordingStore::set_path(RecordingId id, const std::string& path) {
  Sql(database_, "UPDATE recording SET path = ?, missing = 0 WHERE id = ?", path, id).run();
}

void RecordingStore::set_source(const std::vector<RecordingId>& ids, const std::string& source) {
  Sql(database_, "UPDATE recording SET source = ?" + kThese, source, json_ids(ids)).run();
}

void RecordingStore::set_rights(const std::vector<RecordingId>& ids, const std::string& rights) {
  Sql(database_, "UPDATE recording SET rights = ?" + kThese, rights, json_ids(ids)).run();
}

void RecordingStore::set_notes(const std::vector<RecordingId>& ids, const std::string& notes) {
  Sql(database_, "UPDATE recording SET notes = ?" + kThese, notes, json_ids(ids)).run();
}

void RecordingStore::remove(const std::vector<RecordingId>& ids) {
  Sql(database_, "DELETE FROM recording" + kThese, json_ids(ids)).run();
}

RecordingStore::Files RecordingStore::used_only_by(const std::vector<ClipId>& clips) {
  Sql sql(database_,
          "WITH gone (id) AS (SELECT value FROM json_each(?))"
          " SELECT count(*), coalesce(sum(bytes), 0) FROM recording r WHERE path LIKE 'audio/%'"
          " AND id IN (SELECT recording_id FROM clip WHERE id IN (SELECT id FROM gone))"
          " AND NOT EXISTS (SELECT 1 FROM clip WHERE recording_id = r.id AND id NOT IN (SELECT id FROM gone))",
          json_ids(clips));
  if (!sql.step()) return {};
  return {sql.integer(0), sql.integer(1)};
}

std::vector<RecordingRow> RecordingStore::without_clips() {
  return rows(Sql(database_, kColumns + "WHERE NOT EXISTS (SELECT 1 FROM clip WHERE recording_id = r.id) ORDER BY id"));
}

}  // namespace luthier::db
