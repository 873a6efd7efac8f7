#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/catalog.h"

namespace luthier::db {

/// Phrases: the notes that several clips share. See Catalog for thread and errors.
class PhraseStore {
 public:
  explicit PhraseStore(SQLite::Database& database) : database_(database) {}

  PhraseId add(const PhraseRow& row);  ///< throws DbError if the name is taken
  std::optional<PhraseRow> get(PhraseId id);
  std::optional<PhraseRow> find(const std::string& name);
  std::vector<PhraseRow> all();
  void remove(PhraseId id);  ///< its clips remain

 private:
  SQLite::Database& database_;
};

}  // namespace luthier::db
