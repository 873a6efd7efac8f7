#include "db/migrator.h"

#include "db/catalog.h"
#include "db/sql.h"

namespace luthier::db {
namespace {

/// A free name beside the catalog.
std::filesystem::path backup_path(const std::string& file, int version) {
  const std::string wanted = file + ".before-v" + std::to_string(version + 1);
  std::filesystem::path path = wanted;
  for (int n = 2; std::filesystem::exists(path); ++n) path = wanted + "-" + std::to_string(n);
  return path;
}

void back_up(SQLite::Database& database, int version) {
  const std::string& file = database.getFilename();
  if (file.empty() || file == ":memory:") return;
  const auto target = backup_path(file, version);
  try {
    Sql(database, "VACUUM INTO ?", target.string()).run();
  } catch (const DbError& error) {
    throw DbError("the catalog '" + file + "' must be upgraded but could not be copied to '" + target.string() +
                  "' first; nothing was changed (" + error.what() + ")");
  }
}

void apply(SQLite::Database& database, const Migration& migration) {
  try {
    database.exec(migration.sql);
  } catch (const SQLite::Exception& error) {
    throw DbError("the catalog '" + database.getFilename() + "' could not be upgraded to version " +
                  std::to_string(migration.version) + " (" + error.what() + "); it was left as it was, and a copy lies beside it");
  }
}

}  // namespace

const std::vector<Migration>& shipped_migrations() {
  static const std::vector<Migration> list = {
#include <luthier_schema.inc>
  };
  return list;
}

int check_version(SQLite::Database& database, int newest) {
  const auto application = query_integer(database, "PRAGMA application_id");
  const auto version = static_cast<int>(query_integer(database, "PRAGMA user_version"));
  const auto tables = query_integer(database, "SELECT count(*) FROM sqlite_schema");
  const std::string where = "'" + database.getFilename() + "'";
  if (application == 0 && version == 0 && tables == 0) return 0;
  if (application != Catalog::kApplicationId)
    throw DbError(where + " is not a Luthier catalog but another program's database; choose another workspace folder");
  if (version > newest)
    throw DbError("the catalog " + where + " was made by a newer Luthier (catalog version " + std::to_string(version) +
                  ", this program knows " + std::to_string(newest) + "); update Luthier to open it");
  return version;
}

void migrate(SQLite::Database& database, const std::vector<Migration>& migrations) {
  const int newest = migrations.back().version;
  int version = check_version(database, newest);
  if (version == newest) return;
  if (version > 0) back_up(database, version);
  Transaction transaction(database);
  version = check_version(database, newest);  // another program may have been faster
  for (const Migration& migration : migrations)
    if (migration.version > version) apply(database, migration);
  execute(database, "PRAGMA application_id = " + std::to_string(Catalog::kApplicationId));
  execute(database, "PRAGMA user_version = " + std::to_string(newest));
  transaction.commit();
}

}  // namespace luthier::db
