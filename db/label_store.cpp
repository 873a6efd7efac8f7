#include "db/label_store.h"

#include "db/sql.h"

namespace luthier::db {
namespace {

const std::string kLabel =
    "SELECT id, name, color, coalesce(key, 0), (SELECT count(*) FROM clip WHERE label_id = l.id) FROM label l ";
const std::string kTag = "SELECT id, name, (SELECT count(*) FROM clip_tag WHERE tag_id = t.id) FROM tag t ";

LabelRow read_label(const Sql& sql) {
  return {{sql.integer(0)}, sql.text(1), sql.text(2), static_cast<int>(sql.integer(3)), sql.integer(4)};
}

TagRow read_tag(const Sql& sql) { return {{sql.integer(0)}, sql.text(1), sql.integer(2)}; }

std::optional<LabelRow> first_label(Sql sql) { return sql.step() ? std::optional(read_label(sql)) : std::nullopt; }

/// Without blanks around it.
std::string checked_name(const std::string& name, const char* what) {
  const auto first = name.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) throw DbError(std::string("a ") + what + " needs a name");
  return name.substr(first, name.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

LabelId LabelStore::label(const std::string& name) {
  const std::string clean = checked_name(name, "label");
  if (const LabelId found{query_integer(database_, "SELECT id FROM label WHERE name = ?", clean)}) return found;
  Sql(database_,
      "INSERT INTO label (name, key) SELECT ?, (SELECT min(k.value) FROM json_each('[1,2,3,4,5,6,7,8,9]') k"
      " WHERE k.value NOT IN (SELECT key FROM label WHERE key IS NOT NULL))",
      clean)
      .run();
  return {database_.getLastInsertRowid()};
}

std::optional<LabelRow> LabelStore::get_label(LabelId id) { return first_label(Sql(database_, kLabel + "WHERE id = ?", id)); }

std::optional<LabelRow> LabelStore::find_label(const std::string& name) {
  return first_label(Sql(database_, kLabel + "WHERE name = ?", name));
}

std::optional<LabelRow> LabelStore::label_of_key(int key) { return first_label(Sql(database_, kLabel + "WHERE key = ?", key)); }

std::vector<LabelRow> LabelStore::labels() {
  std::vector<LabelRow> list;
  for (Sql sql(database_, kLabel + "ORDER BY name COLLATE BINARY"); sql.step();) list.push_back(read_label(sql));
  return list;
}

void LabelStore::rename_label(LabelId id, const std::string& name) {
  const std::string clean = checked_name(name, "label");
  if (const auto other = find_label(clean); other && other->id != id)
    throw DbError("there is a label '" + other->name + "' already; give its clips that label instead");
  Sql(database_, "UPDATE label SET name = ? WHERE id = ?", clean, id).run();
}

void LabelStore::set_color(LabelId id, const std::string& color) {
  Sql(database_, "UPDATE label SET color = ? WHERE id = ?", color, id).run();
}

void LabelStore::set_key(LabelId id, int key) {
  if (key < 0 || key > 9) throw DbError("a label's key is 1 to 9, or 0 for none, not " + std::to_string(key));
  Transaction transaction(database_);
  Sql(database_, "UPDATE label SET key = NULL WHERE key = ? AND id <> ?", key, id).run();
  Sql(database_, "UPDATE label SET key = nullif(?, 0) WHERE id = ?", key, id).run();
  transaction.commit();
}

void LabelStore::remove_label(LabelId id) { Sql(database_, "DELETE FROM label WHERE id = ?", id).run(); }

TagId LabelStore::tag(const std::string& name) {
  const std::string clean = checked_name(name, "tag");
  if (const TagId found{query_integer(database_, "SELECT id FROM tag WHERE name = ?", clean)}) return found;
  Sql(database_, "INSERT INTO tag (name) VALUES (?)", clean).run();
  return {database_.getLastInsertRowid()};
}

std::optional<TagRow> LabelStore::find_tag(const std::string& name) {
  Sql sql(database_, kTag + "WHERE name = ?", name);
  return sql.step() ? std::optional(read_tag(sql)) : std::nullopt;
}

std::vector<TagRow> LabelStore::tags() {
  std::vector<TagRow> list;
  for (Sql sql(database_, kTag + "ORDER BY name"); sql.step();) list.push_back(read_tag(sql));
  return list;
}

void LabelStore::rename_tag(TagId id, const std::string& name) {
  const std::string clean = checked_name(name, "tag");
  if (const auto other = find_tag(clean); other && other->id != id) throw DbError("there is a tag '" + other->name + "' already");
  Sql(database_, "UPDATE tag SET name = ? WHERE id = ?", clean, id).run();
}

void LabelStore::remove_tag(TagId id) { Sql(database_, "DELETE FROM tag WHERE id = ?", id).run(); }

std::vector<SavedFilterRow> LabelStore::filters() {
  std::vector<SavedFilterRow> list;
  for (Sql sql(database_, "SELECT name, query FROM saved_filter ORDER BY name"); sql.step();)
    list.push_back({sql.text(0), sql.text(1)});
  return list;
}

void LabelStore::save_filter(const SavedFilterRow& filter) {
  Sql(database_, "INSERT OR REPLACE INTO saved_filter (name, query) VALUES (?, ?)", checked_name(filter.name, "filter"), filter.query).run();
}

void LabelStore::remove_filter(const std::string& name) { Sql(database_, "DELETE FROM saved_filter WHERE name = ?", name).run(); }

}  // namespace luthier::db
