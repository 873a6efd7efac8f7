#include "db/sql.h"

#include <sqlite3.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>

namespace luthier::db {
namespace {

/// SQLite calls a full disk an I/O error, or says that it cannot open, when the files beside the catalog find no room.
bool has_room(const std::string& file) {
  constexpr std::uintmax_t kLeast = 256 * 1024;
  std::error_code error;
  const auto space = std::filesystem::space(std::filesystem::absolute(file).parent_path(), error);
  return error || space.available >= kLeast;
}

int code_of(const SQLite::Exception& error, const std::string& file) {
  const int code = error.getErrorCode();
  if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN) return code;
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (!std::filesystem::is_directory(folder, ignored)) return code;
  if (::access(folder.c_str(), W_OK) != 0) return SQLITE_READONLY;
  return has_room(file) ? code : SQLITE_FULL;
}

std::string sentence(const SQLite::Exception& error, const std::string& file) {
  const std::string where = "the catalog '" + file + "'";
  switch (code_of(error, file)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return where + " is busy: another program has been writing to it for more than 10 seconds; try again when it is done";
    case SQLITE_READONLY:
      return where + " cannot be written: the file or its folder is read-only; change its permissions or copy the workspace";
    case SQLITE_FULL:
      return "the disk is full, so " + where + " was left as it was; free some space and do it again";
    case SQLITE_CORRUPT:
      return where + " is damaged (" + error.what() + "); restore a copy, or save what is left with sqlite3's .recover";
    case SQLITE_NOTADB:
      return where + " is not a Luthier catalog: it is no SQLite file; choose another workspace folder";
    case SQLITE_CANTOPEN:
      return where + " cannot be opened; check that the folder exists and may be read and written";
    case SQLITE_IOERR:
      return where + " cannot be read or written (" + error.what() + "); check the disk and that the folder is still there";
    case SQLITE_NOMEM:
      return "there is not enough memory to work with " + where;
    case SQLITE_AUTH:
    case SQLITE_PERM:
      return "access to " + where + " was refused; check its permissions";
    case SQLITE_TOOBIG:
      return "a text is too long for " + where;
    case SQLITE_CONSTRAINT:
      if (error.getExtendedErrorCode() == SQLITE_CONSTRAINT_FOREIGNKEY)
        return "a row that this needs is no longer in " + where + "; list again and retry";
      return where + " refused a value (" + error.what() + ")";
    default:
      return where + " reported: " + error.what();
  }
}

}  // namespace

void throw_translated(const SQLite::Exception& error, const std::string& file) { throw DbError(sentence(error, file)); }

void throw_translated(const SQLite::Exception& error, const SQLite::Database& database) {
  throw_translated(error, database.getFilename());
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

SQLite::Statement Sql::prepare(SQLite::Database& database, const std::string& text) {
  try {
    return SQLite::Statement(database, text);
  } catch (const SQLite::Exception& error) {
    throw_translated(error, database);
  }
}

void Sql::rewind() {
  statement_.tryReset();
  statement_.clearBindings();
  next_ = 1;
}

Sql::Type Sql::type(int column) const {
  const auto value = statement_.getColumn(column);
  if (value.isNull()) return Type::null;
  if (value.isInteger()) return Type::integer;
  return value.isFloat() ? Type::real : Type::text;
}

bool Sql::step() {
  try {
    return statement_.executeStep();
  } catch (const SQLite::Exception& error) {
    throw_translated(error, database_);
  }
}

int Sql::run() {
  try {
    return statement_.exec();
  } catch (const SQLite::Exception& error) {
    throw_translated(error, database_);
  }
}

void execute(SQLite::Database& database, const std::string& text) {
  try {
    database.exec(text);
  } catch (const SQLite::Exception& error) {
    throw_translated(error, database);
  }
}

}  // namespace luthier::db
