#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/catalog.h"

namespace luthier::db {

/// The history of transfers. See Catalog for thread and errors.
class TransferStore {
 public:
  explicit TransferStore(SQLite::Database& database) : database_(database) {}

  TransferId add(const TransferRow& row);  ///< created_at is given by the store
  std::optional<TransferRow> get(TransferId id);
  std::vector<TransferRow> all(int limit = 1000);  ///< newest first
  std::vector<TransferRow> of_run(RunId run);
  void set_metrics(TransferId id, const std::string& metrics_json);
  void set_kept(TransferId id, bool kept);
  void set_notes(TransferId id, const std::string& notes);
  void remove(TransferId id);  ///< the folder is not touched

 private:
  SQLite::Database& database_;
};

}  // namespace luthier::db
