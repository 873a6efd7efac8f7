#include "db/catalog.h"

#include <sqlite3.h>

#include <atomic>

#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "db/label_store.h"
#include "db/migrator.h"
#include "db/pair_store.h"
#include "db/phrase_store.h"
#include "db/recording_store.h"
#include "db/run_store.h"
#include "db/sql.h"
#include "db/transfer_store.h"

namespace luthier::db {
namespace {

constexpr int kBusyMilliseconds = 10'000;

SQLite::Database open_connection(const std::string& name, int flags) {
  try {
    return SQLite::Database(name, flags | SQLite::OPEN_NOMUTEX, kBusyMilliseconds);
  } catch (const SQLite::Exception& error) {
    throw_translated(error, name);
  }
}

/// "file:" address of a file that nobody can write while we read it (a read-only folder has no place for WAL's files).
std::string immutable_address(const std::string& file) {
  std::string address = "file:";
  for (const char c : file) {
    if (c == '%' || c == '?' || c == '#') {
      char code[4];
      std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
      address += code;
    } else {
      address += c;
    }
  }
  return address + "?immutable=1";
}

SQLite::Database open_read_only(const std::string& file) {
  try {
    SQLite::Database database = open_connection(file, SQLite::OPEN_READONLY);
    query_integer(database, "SELECT count(*) FROM sqlite_schema");
    return database;
  } catch (const DbError&) {
    if (!std::filesystem::exists(file)) throw;
    return open_connection(immutable_address(file), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
  }
}

}  // namespace

struct Catalog::Parts {
  explicit Parts(SQLite::Database connection)
      : database(std::move(connection)),
        recordings(database),
        clips(database),
        labels(database),
        phrases(database),
        pairs(database),
        runs(database),
        transfers(database),
        journal(database) {}
  SQLite::Database database;
  bool read_only = false;
  RecordingStore recordings;
  ClipStore clips;
  LabelStore labels;
  PhraseStore phrases;
  PairStore pairs;
  RunStore runs;
  TransferStore transfers;
  EditJournal journal;
};

namespace {

void prepare(SQLite::Database& database, bool read_only) {
  execute(database, "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32000");
  if (read_only) {
    const int version = check_version(database, Catalog::newest_version());
    if (version < Catalog::newest_version())
      throw DbError("the catalog '" + database.getFilename() + "' is of an older version and must be upgraded, but it cannot be written; make it writable or copy the workspace");
    return;
  }
  migrate(database);
  // FULL: a committed label survives a power cut, not only a crash.
  execute(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON");
}

}  // namespace

Catalog::Catalog(const std::filesystem::path& file, Mode mode) {
  const bool read_only = mode == Mode::read_only;
  parts_ = std::make_unique<Parts>(
      read_only ? open_read_only(file.string())
                : open_connection(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE));
  parts_->read_only = read_only;
  prepare(parts_->database, read_only);
}

Catalog::Catalog(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) { prepare(parts_->database, false); }

std::unique_ptr<Catalog> Catalog::in_memory() {
  auto parts = std::make_unique<Parts>(open_connection(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE));
  return std::unique_ptr<Catalog>(new Catalog(std::move(parts)));
}

Catalog::~Catalog() = default;

RecordingStore& Catalog::recordings() { return parts_->recordings; }
ClipStore& Catalog::clips() { return parts_->clips; }
LabelStore& Catalog::labels() { return parts_->labels; }
PhraseStore& Catalog::phrases() { return parts_->phrases; }
PairStore& Catalog::pairs() { return parts_->pairs; }
RunStore& Catalog::runs() { return parts_->runs; }
TransferStore& Catalog::transfers() { return parts_->transfers; }
EditJournal& Catalog::journal() { return parts_->journal; }
SQLite::Database& Catalog::database() { return parts_->database; }
bool Catalog::read_only() const { return parts_->read_only; }

std::int64_t Catalog::data_version() { return query_integer(database(), "PRAGMA data_version"); }
int Catalog::newest_version() { return shipped_migrations().back().version; }
int Catalog::version() { return static_cast<int>(query_integer(database(), "PRAGMA user_version")); }

std::vector<std::string> Catalog::integrity_findings() {
  std::vector<std::string> findings;
  for (Sql check(database(), "PRAGMA integrity_check"); check.step();)
    if (check.text(0) != "ok") findings.push_back("catalog: " + check.text(0));
  for (Sql check(database(), "PRAGMA foreign_key_check"); check.step();)
    findings.push_back("catalog: row " + std::to_string(check.integer(1)) + " of " + check.text(0) + " names a missing " + check.text(2));
  return findings;
}

void Catalog::back_up_to(const std::filesystem::path& target) {
  if (std::filesystem::exists(target)) throw DbError("'" + target.string() + "' exists already; choose another name for the copy");
  Sql(database(), "VACUUM INTO ?", target.string()).run();
}

Transaction::Transaction(Catalog& catalog) : Transaction(catalog.database()) {}

Transaction::Transaction(SQLite::Database& database) : database_(database) {
  static std::atomic<std::uint64_t> number{0};
  if (sqlite3_get_autocommit(database.getHandle())) {
    execute(database_, "BEGIN IMMEDIATE");
  } else {
    savepoint_ = "luthier_" + std::to_string(++number);
    execute(database_, "SAVEPOINT " + savepoint_);
  }
}

Transaction::~Transaction() {
  if (!open_ || sqlite3_get_autocommit(database_.getHandle())) return;  // SQLite has rolled back by itself (full disk)
  database_.tryExec(savepoint_.empty() ? std::string("ROLLBACK") : "ROLLBACK TO " + savepoint_ + "; RELEASE " + savepoint_);
}

void Transaction::commit() {
  execute(database_, savepoint_.empty() ? std::string("COMMIT") : "RELEASE " + savepoint_);
  open_ = false;
}

}  // namespace luthier::db
