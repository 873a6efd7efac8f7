#include "db/run_store.h"

#include <limits>

#include "db/sql.h"

namespace luthier::db {
namespace {

const std::string kRun =
    "SELECT id, folder, family, preset, title, device, config, config_hash, pair_set_id, seed, state, message, phase, step,"
    " total_steps, seconds, process, created_at, updated_at, finished_at, pinned, notes FROM run ";
const std::string kCheckpoint = "SELECT id, run_id, path, step, sha256, bytes, criterion, best, created_at FROM checkpoint ";

RunRow read_run(const Sql& sql) {
  RunRow row;
  sql.read(0, row.id);
  row.folder = sql.text(1);
  row.family = sql.text(2);
  row.preset = sql.text(3);
  row.title = sql.text(4);
  row.device = sql.text(5);
  row.config = sql.text(6);
  row.config_hash = sql.text(7);
  sql.read(8, row.pair_set);
  row.seed = static_cast<std::uint64_t>(sql.integer(9));
  row.state = static_cast<RunState>(sql.integer(10));
  row.message = sql.text(11);
  row.phase = sql.text(12);
  row.step = sql.integer(13);
  row.total_steps = sql.integer(14);
  row.seconds = sql.real(15);
  row.process = sql.integer(16);
  row.created_at = sql.text(17);
  row.updated_at = sql.text(18);
  row.finished_at = sql.text(19);
  row.pinned = sql.integer(20) != 0;
  row.notes = sql.text(21);
  return row;
}

CheckpointRow read_checkpoint(const Sql& sql) {
  CheckpointRow row;
  sql.read(0, row.id);
  sql.read(1, row.run);
  row.path = sql.text(2);
  row.step = sql.integer(3);
  row.sha256 = sql.text(4);
  row.bytes = sql.integer(5);
  row.criterion = sql.maybe_real(6);
  row.best = sql.integer(7) != 0;
  row.created_at = sql.text(8);
  return row;
}

bool is_end(RunState state) { return state != RunState::running && state != RunState::paused; }

}  // namespace

RunId RunStore::add(const RunRow& row) {
  if (find(row.folder)) throw DbError("there is a run '" + row.folder + "' already");
  const std::string now = utc_now();
  Sql(database_,
      "INSERT INTO run (folder, family, preset, title, device, config, config_hash, pair_set_id, seed, state, message, phase, step,"
      " total_steps, seconds, process, created_at, updated_at, pinned, notes) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      row.folder, row.family, row.preset, row.title, row.device, row.config, row.config_hash, row.pair_set, row.seed,
      static_cast<int>(row.state), row.message, row.phase, row.step, row.total_steps, row.seconds, row.process, now, now, row.pinned,
      row.notes)
      .run();
  return {database_.getLastInsertRowid()};
}

std::optional<RunRow> RunStore::get(RunId id) {
  Sql sql(database_, kRun + "WHERE id = ?", id);
  return sql.step() ? std::optional(read_run(sql)) : std::nullopt;
}

std::optional<RunRow> RunStore::find(const std::string& folder) {
  Sql sql(database_, kRun + "WHERE folder = ?", folder);
  return sql.step() ? std::optional(read_run(sql)) : std::nullopt;
}

std::vector<RunRow> RunStore::all() {
  std::vector<RunRow> list;
  for (Sql sql(database_, kRun + "ORDER BY id DESC"); sql.step();) list.push_back(read_run(sql));
  return list;
}

void RunStore::update_progress(const RunRow& row) {
  const std::string now = utc_now();
  Sql(database_,
      "UPDATE run SET state = ?, message = ?, phase = ?, step = ?, total_steps = ?, seconds = ?, process = ?, device = ?,"
      " updated_at = ?, finished_at = ? WHERE id = ?",
      static_cast<int>(row.state), row.message, row.phase, row.step, row.total_steps, row.seconds, row.process, row.device, now,
      is_end(row.state) ? now : std::string(), row.id)
      .run();
}

void RunStore::set_title(RunId id, const std::string& title) { Sql(database_, "UPDATE run SET title = ? WHERE id = ?", title, id).run(); }
void RunStore::set_notes(RunId id, const std::string& notes) { Sql(database_, "UPDATE run SET notes = ? WHERE id = ?", notes, id).run(); }
void RunStore::set_pinned(RunId id, bool pinned) { Sql(database_, "UPDATE run SET pinned = ? WHERE id = ?", pinned, id).run(); }
void RunStore::remove(RunId id) { Sql(database_, "DELETE FROM run WHERE id = ?", id).run(); }

void RunStore::add_metrics(RunId run, const std::vector<MetricRow>& metrics) {
  Transaction transaction(database_);
  Sql insert(database_, "INSERT OR REPLACE INTO metric (run_id, name, step, value) VALUES (?, ?, ?, ?)");
  for (const MetricRow& row : metrics) {
    insert.again(run, row.name, row.step, row.value).run();  // SQLite stores NaN as NULL; it is read back as NaN
  }
  transaction.commit();
}

std::vector<std::string> RunStore::metric_names(RunId run) {
  std::vector<std::string> list;
  for (Sql sql(database_, "SELECT DISTINCT name FROM metric WHERE run_id = ? ORDER BY name", run); sql.step();) list.push_back(sql.text(0));
  return list;
}

std::vector<MetricRow> RunStore::metrics(RunId run, const std::string& name, std::int64_t after_step) {
  std::vector<MetricRow> list;
  Sql sql(database_, "SELECT step, value FROM metric WHERE run_id = ? AND name = ? AND step > ? ORDER BY step", run, name, after_step);
  while (sql.step())
    list.push_back({sql.integer(0), name, sql.maybe_real(1).value_or(std::numeric_limits<double>::quiet_NaN())});
  return list;
}

void RunStore::truncate_metrics(RunId run, std::int64_t after_step) {
  Sql(database_, "DELETE FROM metric WHERE run_id = ? AND step > ?", run, after_step).run();
}

CheckpointId RunStore::add_checkpoint(const CheckpointRow& row) {
  Transaction transaction(database_);
  if (row.best) Sql(database_, "UPDATE checkpoint SET best = 0 WHERE run_id = ? AND best", row.run).run();
  Sql insert(database_,
             "INSERT INTO checkpoint (run_id, path, step, sha256, bytes, criterion, best, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
             " ON CONFLICT (run_id, path) DO UPDATE SET step = excluded.step, sha256 = excluded.sha256, bytes = excluded.bytes,"
             " criterion = excluded.criterion, best = excluded.best, created_at = excluded.created_at RETURNING id",
             row.run, row.path, row.step, row.sha256, row.bytes, row.criterion, row.best, utc_now());
  CheckpointId id;
  while (insert.step()) insert.read(0, id);
  transaction.commit();
  return id;
}

std::vector<CheckpointRow> RunStore::checkpoints(RunId run) {
  std::vector<CheckpointRow> list;
  for (Sql sql(database_, kCheckpoint + "WHERE run_id = ? ORDER BY step, id", run); sql.step();) list.push_back(read_checkpoint(sql));
  return list;
}

void RunStore::remove_checkpoint(CheckpointId id) { Sql(database_, "DELETE FROM checkpoint WHERE id = ?", id).run(); }

PreviewId RunStore::add_preview(const PreviewRow& row) {
  Sql insert(database_,
             "INSERT INTO preview (run_id, step, title, image, audio) VALUES (?, ?, ?, ?, ?)"
             " ON CONFLICT (run_id, step, title) DO UPDATE SET image = excluded.image, audio = excluded.audio RETURNING id",
             row.run, row.step, row.title, row.image, row.audio);
  PreviewId id;
  while (insert.step()) insert.read(0, id);
  return id;
}

std::vector<PreviewRow> RunStore::previews(RunId run) {
  std::vector<PreviewRow> list;
  Sql sql(database_, "SELECT id, step, title, image, audio FROM preview WHERE run_id = ? ORDER BY step, title", run);
  while (sql.step()) list.push_back({{sql.integer(0)}, run, sql.integer(1), sql.text(2), sql.text(3), sql.text(4)});
  return list;
}

}  // namespace luthier::db
