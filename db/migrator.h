#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "db/db_error.h"

namespace SQLite {
class Database;
}

namespace luthier::db {

/// One step of the schema: db/schema/NNN_<name>.sql, compiled in.
struct Migration {
  int version = 0;
  std::string name;
  std::string sql;
};

/// The shipped steps, version 1 first, without gaps.
const std::vector<Migration>& shipped_migrations();

/// Brings an open database to the last of `migrations`. A new (empty) file gets them all; an older catalog is first copied to
/// "<file>.before-v<N>", then upgraded in one transaction: if a step fails, the file is as it was. Throws DbError for a
/// file of another program and for a catalog newer than `migrations`, touching neither.
void migrate(SQLite::Database& database, const std::vector<Migration>& migrations = shipped_migrations());

/// Throws the same refusals without changing anything; returns the file's version (0 = new).
int check_version(SQLite::Database& database, int newest);

}  // namespace luthier::db
