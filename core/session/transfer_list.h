#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/session/run_title.h"
#include "db/catalog.h"

/// The history of transfers, to be searched and marked. See Catalog for the thread.
namespace luthier {

/// For people: a run's id, a file of weights by its name, or "shipped weights". Of TransferRow::model.
std::string transfer_model_name(const std::string& model);

struct TransferQuery {
  std::string words;       ///< all of them must occur in content, style, model and its title, settings, notes, folder or time; small and capital ASCII letters are equal
  bool kept_only = false;
  int limit = 200;
};

struct FoundTransfers {
  std::vector<db::TransferRow> rows;  ///< newest first, `limit` at most
  std::int64_t count = 0;             ///< of all that fit
  RunTitles titles;                   ///< of all runs: see model_name
};

/// What a list calls a transfer's model: a run by its title where it has one.
std::string model_name(const std::string& model, const RunTitles& titles);

/// Throws db::DbError.
FoundTransfers find_transfers(db::Catalog& catalog, const TransferQuery& query);

/// Marks transfers as kept, or takes the mark away: all of them or, where one is not there, none (SessionError). Throws db::DbError.
void mark_transfers(db::Catalog& catalog, const std::vector<db::TransferId>& ids, bool kept);

}  // namespace luthier
