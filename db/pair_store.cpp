#include "db/pair_store.h"

#include "db/sql.h"

namespace luthier::db {
namespace {

const std::string kSet =
    "SELECT id, name, kind, seed, notes, created_at, (SELECT count(*) FROM pair WHERE set_id = s.id) FROM pair_set s ";
const std::string kPair = "SELECT p.id, p.set_id, p.position, p.content_id, p.style_id, p.target_id, p.reason FROM pair p ";

PairSetRow read_set(const Sql& sql) {
  return {{sql.integer(0)}, sql.text(1), sql.text(2), static_cast<std::uint64_t>(sql.integer(3)), sql.text(4), sql.text(5), sql.integer(6)};
}

PairRow read_pair(const Sql& sql) {
  PairRow row;
  sql.read(0, row.id);
  sql.read(1, row.set);
  row.position = sql.integer(2);
  sql.read(3, row.content);
  sql.read(4, row.style);
  sql.read(5, row.target);
  row.reason = sql.text(6);
  return row;
}

std::optional<PairSetRow> first_set(Sql sql) { return sql.step() ? std::optional(read_set(sql)) : std::nullopt; }

std::vector<PairRow> pair_list(Sql sql) {
  std::vector<PairRow> list;
  while (sql.step()) list.push_back(read_pair(sql));
  return list;
}

}  // namespace

PairSetId PairStore::add_set(const PairSetRow& row) {
  if (row.name.empty()) throw DbError("a pair set needs a name");
  if (find_set(row.name)) throw DbError("there is a pair set '" + row.name + "' already; choose another name");
  Sql(database_, "INSERT INTO pair_set (name, kind, seed, notes, created_at) VALUES (?, ?, ?, ?, ?)", row.name, row.kind, row.seed,
      row.notes, utc_now())
      .run();
  return {database_.getLastInsertRowid()};
}

std::optional<PairSetRow> PairStore::get_set(PairSetId id) { return first_set(Sql(database_, kSet + "WHERE id = ?", id)); }

std::optional<PairSetRow> PairStore::find_set(const std::string& name) { return first_set(Sql(database_, kSet + "WHERE name = ?", name)); }

std::vector<PairSetRow> PairStore::sets() {
  std::vector<PairSetRow> list;
  for (Sql sql(database_, kSet + "ORDER BY id DESC"); sql.step();) list.push_back(read_set(sql));
  return list;
}

void PairStore::rename_set(PairSetId id, const std::string& name) {
  if (name.empty()) throw DbError("a pair set needs a name");
  if (const auto other = find_set(name); other && other->id != id) throw DbError("there is a pair set '" + other->name + "' already");
  Sql(database_, "UPDATE pair_set SET name = ? WHERE id = ?", name, id).run();
}

void PairStore::remove_set(PairSetId id) { Sql(database_, "DELETE FROM pair_set WHERE id = ?", id).run(); }

void PairStore::add(PairSetId set, const std::vector<PairRow>& pairs) {
  Transaction transaction(database_);
  std::int64_t position = query_integer(database_, "SELECT coalesce(max(position) + 1, 0) FROM pair WHERE set_id = ?", set);
  Sql insert(database_, "INSERT INTO pair (set_id, position, content_id, style_id, target_id, reason) VALUES (?, ?, ?, ?, ?, ?)");
  for (const PairRow& row : pairs) insert.again(set, position++, row.content, row.style, row.target, row.reason).run();
  transaction.commit();
}

std::optional<PairRow> PairStore::get(PairId id) {
  Sql sql(database_, kPair + "WHERE id = ?", id);
  return sql.step() ? std::optional(read_pair(sql)) : std::nullopt;
}

std::vector<PairRow> PairStore::pairs(PairSetId set) { return pair_list(Sql(database_, kPair + "WHERE set_id = ? ORDER BY position, id", set)); }

std::vector<PairId> PairStore::ids(PairSetId set) {
  std::vector<PairId> list;
  for (Sql sql(database_, "SELECT id FROM pair WHERE set_id = ? ORDER BY position, id", set); sql.step();) list.push_back({sql.integer(0)});
  return list;
}

std::vector<PairRow> PairStore::rows(const std::vector<PairId>& ids) {
  return pair_list(Sql(database_,
                       "SELECT p.id, p.set_id, p.position, p.content_id, p.style_id, p.target_id, p.reason"
                       " FROM json_each(?) wanted CROSS JOIN pair p ON p.id = wanted.value ORDER BY wanted.key",
                       json_ids(ids)));
}

std::vector<PairRow> PairStore::of_clip(ClipId clip) {
  return pair_list(Sql(database_, kPair + "WHERE content_id = ?1 OR style_id = ?1 OR target_id = ?1 ORDER BY p.id", clip));
}

void PairStore::remove(const std::vector<PairId>& ids) {
  Sql(database_, "DELETE FROM pair WHERE id IN (SELECT value FROM json_each(?))", json_ids(ids)).run();
}

}  // namespace luthier::db
