#include "db/edit_journal.h"

#include <map>
#include <memory>

#include "db/sql.h"

namespace luthier::db {
namespace {

const std::string kEdit = "SELECT id, title, at, undone, changes FROM edit ";

EditRow read_edit(const Sql& sql) { return {{sql.integer(0)}, sql.text(1), sql.text(2), sql.integer(3) != 0, sql.integer(4)}; }

std::optional<EditRow> first(Sql sql) { return sql.step() ? std::optional(read_edit(sql)) : std::nullopt; }

/// Applies the changes of one edit, forwards or backwards. Statements are kept per noun and field: an edit of 5,000 rows
/// prepares one.
class Replay {
 public:
  Replay(SQLite::Database& database, bool backwards) : database_(database), backwards_(backwards) {}

  void run(EditId edit) {
    // Column 4 is the value that is to hold afterwards.
    Sql list(database_,
             std::string("SELECT kind, noun, field, row, ") + (backwards_ ? "before, after" : "after, before") +
                 " FROM edit_change WHERE edit_id = ? ORDER BY id " + (backwards_ ? "DESC" : "ASC"),
             edit);
    while (list.step()) {
      const std::string kind = list.text(0), noun = list.text(1);
      const bool adds = (kind == "add") != backwards_;
      if (kind == "set") set(noun, list.text(2), list.integer(3), list);
      else if (noun == "clip_tag") change_tag(adds, list);
      else if (adds) insert(noun, list.text(4));
      else remove(noun, list.integer(3));
    }
  }

 private:
  Sql& statement(const std::string& text) {
    auto found = statements_.find(text);
    if (found == statements_.end()) found = statements_.emplace(text, std::make_unique<Sql>(database_, text)).first;
    return *found->second;
  }

  void set(const std::string& noun, const std::string& field, std::int64_t row, const Sql& list) {
    Sql& update = statement("UPDATE " + noun + " SET " + field + " = ? WHERE id = ?").again();
    bind_value(update, list, 4);
    update.bind(row);
    update.run();
  }

  static void bind_value(Sql& target, const Sql& list, int column) {
    switch (list.type(column)) {
      case Sql::Type::null: return target.bind(nullptr);
      case Sql::Type::integer: return target.bind(list.integer(column));
      case Sql::Type::real: return target.bind(list.real(column));
      case Sql::Type::text: return target.bind(list.text(column));
    }
  }

  void change_tag(bool adds, const Sql& list) {
    const int column = list.is_null(4) ? 5 : 4;
    statement(adds ? "INSERT OR IGNORE INTO clip_tag (clip_id, tag_id) VALUES (?, ?)"
                   : "DELETE FROM clip_tag WHERE clip_id = ? AND tag_id = ?")
        .again(list.integer(3), list.integer(column))
        .run();
  }

  void insert(const std::string& noun, const std::string& json) { statement(insert_text(noun)).again(json).run(); }

  void remove(const std::string& noun, std::int64_t row) { statement("DELETE FROM " + noun + " WHERE id = ?").again(row).run(); }

  /// "INSERT INTO clip (id, …) SELECT json_extract(?1, '$.id'), …" from the table's own columns.
  const std::string& insert_text(const std::string& noun) {
    std::string& text = inserts_[noun];
    if (!text.empty()) return text;
    std::string names, values;
    for (Sql columns(database_, "SELECT name FROM pragma_table_info(?)", noun); columns.step();) {
      const std::string name = columns.text(0);
      names += (names.empty() ? "" : ", ") + name;
      values += (values.empty() ? "" : ", ") + ("json_extract(?1, '$." + name + "')");
    }
    return text = "INSERT INTO " + noun + " (" + names + ") SELECT " + values;
  }

  SQLite::Database& database_;
  bool backwards_;
  std::map<std::string, std::unique_ptr<Sql>> statements_;
  std::map<std::string, std::string> inserts_;
};

std::optional<EditRow> apply(SQLite::Database& database, std::optional<EditRow> (EditJournal::*next)(), EditJournal& journal, bool backwards) {
  Transaction transaction(database);
  auto edit = (journal.*next)();
  if (!edit) return std::nullopt;
  // Rows come back in the order they went, which may put a clip before its label: checked at the commit instead.
  execute(database, "PRAGMA defer_foreign_keys = ON");
  try {
    Replay(database, backwards).run(edit->id);
    Sql(database, "UPDATE edit SET undone = ? WHERE id = ?", backwards, edit->id).run();
    transaction.commit();
  } catch (const DbError& error) {
    throw DbError(std::string(backwards ? "cannot undo '" : "cannot redo '") + edit->title + "': " + error.what());
  }
  edit->undone = backwards;
  return edit;
}

}  // namespace

std::optional<EditRow> EditJournal::undo() { return apply(database_, &EditJournal::next_undo, *this, true); }
std::optional<EditRow> EditJournal::redo() { return apply(database_, &EditJournal::next_redo, *this, false); }

std::optional<EditRow> EditJournal::next_undo() { return first(Sql(database_, kEdit + "WHERE NOT undone ORDER BY id DESC LIMIT 1")); }
std::optional<EditRow> EditJournal::next_redo() { return first(Sql(database_, kEdit + "WHERE undone ORDER BY id LIMIT 1")); }

std::vector<EditRow> EditJournal::list(int limit) {
  std::vector<EditRow> list;
  for (Sql sql(database_, kEdit + "ORDER BY id DESC LIMIT ?", limit); sql.step();) list.push_back(read_edit(sql));
  return list;
}

void EditJournal::trim(int keep) {
  Sql(database_, "DELETE FROM edit WHERE id <= (SELECT id FROM edit ORDER BY id DESC LIMIT 1 OFFSET ?)", keep).run();
}

Edit::Edit(Catalog& catalog, const std::string& title) : database_(catalog.database()), transaction_(database_) {
  Sql(database_, "INSERT INTO edit (title, at) VALUES (?, ?)", title, utc_now()).run();
  id_ = {database_.getLastInsertRowid()};
  Sql(database_, "UPDATE edit_now SET edit_id = ?", id_).run();
}

Edit::~Edit() = default;  // without commit() the transaction takes everything back, edit_now too

EditId Edit::commit() {
  const auto changes = query_integer(database_, "SELECT count(*) FROM edit_change WHERE edit_id = ?", id_);
  execute(database_, "UPDATE edit_now SET edit_id = NULL");
  if (changes == 0) {
    Sql(database_, "DELETE FROM edit WHERE id = ?", id_).run();
    id_ = {};
  } else {
    execute(database_, "DELETE FROM edit WHERE undone");
    Sql(database_, "UPDATE edit SET changes = ? WHERE id = ?", changes, id_).run();
    Sql(database_, "DELETE FROM edit WHERE id <= (SELECT id FROM edit ORDER BY id DESC LIMIT 1 OFFSET 1000)").run();
  }
  transaction_.commit();
  return id_;
}

}  // namespace luthier::db
