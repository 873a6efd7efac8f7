#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "db/db_error.h"
#include "db/rows.h"

namespace SQLite {
class Database;
}

namespace luthier::db {

class RecordingStore;
class ClipStore;
class LabelStore;
class PhraseStore;
class PairStore;
class RunStore;
class TransferStore;
class EditJournal;

/// One connection to a workspace's luthier.sqlite, and the stores that speak through it.
///
/// Thread: one Catalog belongs to one thread at a time. Open a second one for another thread; another process may have
/// the file open too (WAL: readers never wait, writers queue for up to 10 s).
/// Errors: the constructor and every store throw DbError with one sentence (busy, read-only, full disk, broken file).
class Catalog {
 public:
  static constexpr std::int32_t kApplicationId = 0x4C555448;  ///< "LUTH"
  enum class Mode { read_write, read_only };

  /// Opens the file, makes it where there is none (not in read-only mode), and upgrades an older one after copying it
  /// to "<file>.before-v<N>". Refuses files that are not a catalog, and catalogs newer than this program.
  explicit Catalog(const std::filesystem::path& file, Mode mode = Mode::read_write);
  /// A catalog in memory that vanishes with the object: for tests.
  static std::unique_ptr<Catalog> in_memory();
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  RecordingStore& recordings();
  ClipStore& clips();
  LabelStore& labels();    ///< labels, tags and saved filters
  PhraseStore& phrases();
  PairStore& pairs();
  RunStore& runs();        ///< runs, metrics, checkpoints, previews
  TransferStore& transfers();
  EditJournal& journal();  ///< undo and redo

  /// Changes when another connection (or program) has committed something: poll it to know when to read again.
  std::int64_t data_version();
  static int newest_version();  ///< schema number this program writes
  int version();                ///< schema number of the file
  bool read_only() const;
  /// Empty when SQLite's own integrity and foreign-key checks pass, else one finding a line.
  std::vector<std::string> integrity_findings();
  /// A consistent copy while others write. Throws DbError if `target` exists.
  void back_up_to(const std::filesystem::path& target);
  /// The connection, for the stores and for tests.
  SQLite::Database& database();

 private:
  struct Parts;
  explicit Catalog(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// All or nothing: what is written between construction and commit() is one transaction; without commit() it is undone.
/// Nests (an inner one is a savepoint). Takes the write lock at once, so a later write cannot fail as busy.
class Transaction {
 public:
  explicit Transaction(Catalog& catalog);
  explicit Transaction(SQLite::Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  SQLite::Database& database_;
  std::string savepoint_;  ///< empty for the outermost
  bool open_ = true;
};

}  // namespace luthier::db
