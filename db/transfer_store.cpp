#include "db/transfer_store.h"

#include "db/sql.h"

namespace luthier::db {
namespace {

const std::string kColumns =
    "SELECT id, run_id, model, content_clip_id, style_clip_id, content, style, folder, audio, image, settings_json, metrics_json,"
    " seconds, kept, notes, created_at FROM transfer ";

TransferRow read(const Sql& sql) {
  TransferRow row;
  sql.read(0, row.id);
  sql.read(1, row.run);
  row.model = sql.text(2);
  sql.read(3, row.content_clip);
  sql.read(4, row.style_clip);
  row.content = sql.text(5);
  row.style = sql.text(6);
  row.folder = sql.text(7);
  row.audio = sql.text(8);
  row.image = sql.text(9);
  row.settings_json = sql.text(10);
  row.metrics_json = sql.text(11);
  row.seconds = sql.real(12);
  row.kept = sql.integer(13) != 0;
  row.notes = sql.text(14);
  row.created_at = sql.text(15);
  return row;
}

std::vector<TransferRow> rows(Sql sql) {
  std::vector<TransferRow> list;
  while (sql.step()) list.push_back(read(sql));
  return list;
}

}  // namespace

TransferId TransferStore::add(const TransferRow& row) {
  Sql(database_,
      "INSERT INTO transfer (run_id, model, content_clip_id, style_clip_id, content, style, folder, audio, image, settings_json,"
      " metrics_json, seconds, kept, notes, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      row.run, row.model, row.content_clip, row.style_clip, row.content, row.style, row.folder, row.audio, row.image, row.settings_json,
      row.metrics_json, row.seconds, row.kept, row.notes, utc_now())
      .run();
  return {database_.getLastInsertRowid()};
}

std::optional<TransferRow> TransferStore::get(TransferId id) {
  Sql sql(database_, kColumns + "WHERE id = ?", id);
  return sql.step() ? std::optional(read(sql)) : std::nullopt;
}

std::vector<TransferRow> TransferStore::all(int limit) { return rows(Sql(database_, kColumns + "ORDER BY id DESC LIMIT ?", limit)); }

std::vector<TransferRow> TransferStore::of_run(RunId run) { return rows(Sql(database_, kColumns + "WHERE run_id = ? ORDER BY id DESC", run)); }

void TransferStore::set_metrics(TransferId id, const std::string& metrics_json) {
  Sql(database_, "UPDATE transfer SET metrics_json = ? WHERE id = ?", metrics_json, id).run();
}

void TransferStore::set_kept(TransferId id, bool kept) { Sql(database_, "UPDATE transfer SET kept = ? WHERE id = ?", kept, id).run(); }

void TransferStore::set_notes(TransferId id, const std::string& notes) {
  Sql(database_, "UPDATE transfer SET notes = ? WHERE id = ?", notes, id).run();
}

void TransferStore::remove(TransferId id) { Sql(database_, "DELETE FROM transfer WHERE id = ?", id).run(); }

}  // namespace luthier::db
