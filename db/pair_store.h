#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/catalog.h"

namespace luthier::db {

/// Pair sets and their pairs. See Catalog for thread and errors.
class PairStore {
 public:
  explicit PairStore(SQLite::Database& database) : database_(database) {}

  PairSetId add_set(const PairSetRow& row);  ///< throws DbError if the name is taken
  std::optional<PairSetRow> get_set(PairSetId id);
  std::optional<PairSetRow> find_set(const std::string& name);
  std::vector<PairSetRow> sets();            ///< newest first
  void rename_set(PairSetId id, const std::string& name);
  void remove_set(PairSetId id);

  /// Appends; `set` and `position` of the rows are given by the store. One transaction.
  void add(PairSetId set, const std::vector<PairRow>& pairs);
  std::optional<PairRow> get(PairId id);
  std::vector<PairRow> pairs(PairSetId set);  ///< by position
  std::vector<PairId> ids(PairSetId set);
  std::vector<PairRow> rows(const std::vector<PairId>& ids);
  std::vector<PairRow> of_clip(ClipId clip);
  void remove(const std::vector<PairId>& ids);

 private:
  SQLite::Database& database_;
};

}  // namespace luthier::db
