#include "db/phrase_store.h"

#include "db/sql.h"

namespace luthier::db {
namespace {

const std::string kColumns = "SELECT id, name, seed, notes_json FROM phrase ";

PhraseRow read(const Sql& sql) {
  return {{sql.integer(0)}, sql.text(1), static_cast<std::uint64_t>(sql.integer(2)), sql.text(3)};
}

}  // namespace

PhraseId PhraseStore::add(const PhraseRow& row) {
  if (find(row.name)) throw DbError("there is a phrase '" + row.name + "' already");
  Sql(database_, "INSERT INTO phrase (name, seed, notes_json) VALUES (?, ?, ?)", row.name, row.seed, row.notes_json).run();
  return {database_.getLastInsertRowid()};
}

std::optional<PhraseRow> PhraseStore::get(PhraseId id) {
  Sql sql(database_, kColumns + "WHERE id = ?", id);
  return sql.step() ? std::optional(read(sql)) : std::nullopt;
}

std::optional<PhraseRow> PhraseStore::find(const std::string& name) {
  Sql sql(database_, kColumns + "WHERE name = ?", name);
  return sql.step() ? std::optional(read(sql)) : std::nullopt;
}

std::vector<PhraseRow> PhraseStore::all() {
  std::vector<PhraseRow> list;
  for (Sql sql(database_, kColumns + "ORDER BY id"); sql.step();) list.push_back(read(sql));
  return list;
}

void PhraseStore::remove(PhraseId id) { Sql(database_, "DELETE FROM phrase WHERE id = ?", id).run(); }

}  // namespace luthier::db
