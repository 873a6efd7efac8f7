#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/db_error.h"
#include "db/ids.h"

/// Inside db/ only: SQLite statements whose errors are sentences of DbError.
namespace luthier::db {

/// Says what happened and what to do, from SQLite's code.
[[noreturn]] void throw_translated(const SQLite::Exception& error, const SQLite::Database& database);
[[noreturn]] void throw_translated(const SQLite::Exception& error, const std::string& file);

/// UTC now as "2026-01-31T12:00:00Z".
std::string utc_now();

/// "[1,2,3]", to be read with json_each: binds any number of ids as one value.
template <class Table>
std::string json_ids(const std::vector<Id<Table>>& ids) {
  std::string text = "[";
  for (const auto id : ids) {
    text += std::to_string(id.value);
    text += ',';
  }
  if (text.size() > 1) text.pop_back();
  return text += ']';
}

/// A prepared statement. Values are bound in order when it is made or by again().
class Sql {
 public:
  template <class... Values>
  Sql(SQLite::Database& database, const std::string& text, const Values&... values)
      : database_(database), statement_(prepare(database, text)) {
    (bind(values), ...);
  }
  /// Ready for another execution with these values.
  template <class... Values>
  Sql& again(const Values&... values) {
    rewind();
    (bind(values), ...);
    return *this;
  }

  /// True while there is a row.
  bool step();
  /// Executes a statement without rows; returns how many rows it changed.
  int run();

  std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
  double real(int column) const { return statement_.getColumn(column).getDouble(); }
  std::string text(int column) const { return statement_.getColumn(column).getString(); }
  enum class Type { null, integer, real, text };
  Type type(int column) const;
  bool is_null(int column) const { return statement_.getColumn(column).isNull(); }
  std::optional<double> maybe_real(int column) const {
    return is_null(column) ? std::nullopt : std::optional<double>(real(column));
  }
  template <class Table>
  void read(int column, Id<Table>& id) const {
    id.value = integer(column);
  }
  template <class Table>
  void read(int column, std::optional<Id<Table>>& id) const {
    if (is_null(column)) id.reset();
    else id = Id<Table>{integer(column)};
  }

  void bind(std::integral auto value) { put([&] { statement_.bind(next_, static_cast<std::int64_t>(value)); }); }
  void bind(double value) { put([&] { statement_.bind(next_, value); }); }
  void bind(const std::string& value) { put([&] { statement_.bind(next_, value); }); }
  void bind(const char* value) { put([&] { statement_.bind(next_, value); }); }
  void bind(std::nullptr_t) { put([&] { statement_.bind(next_); }); }
  template <class Table>
  void bind(Id<Table> id) { bind(id.value); }
  template <class T>
  void bind(const std::optional<T>& value) {
    if (value) bind(*value);
    else bind(nullptr);
  }

 private:
  static SQLite::Statement prepare(SQLite::Database& database, const std::string& text);
  void rewind();
  template <class Action>
  void put(Action action) {
    try {
      action();
    } catch (const SQLite::Exception& error) {
      throw_translated(error, database_);
    }
    ++next_;
  }

  SQLite::Database& database_;
  SQLite::Statement statement_;
  int next_ = 1;
};

/// One or more statements without values or rows.
void execute(SQLite::Database& database, const std::string& text);
/// The first column of the first row; 0 without a row.
template <class... Values>
std::int64_t query_integer(SQLite::Database& database, const std::string& text, const Values&... values) {
  Sql sql(database, text, values...);
  return sql.step() ? sql.integer(0) : 0;
}

}  // namespace luthier::db
