#include "db/clip_store.h"

#include <algorithm>

#include "db/sql.h"

namespace luthier::db {
namespace {

const std::string kThese = " WHERE id IN (SELECT value FROM json_each(?))";

const std::string kColumns =
    "SELECT c.id, c.recording_id, c.start_frame, c.frame_count, c.pad_frames, c.seconds, c.sha256, c.label_id, c.phrase_id,"
    " c.split, c.rating, c.excluded, c.notes, c.loudness, c.peak, c.added_at";
constexpr int kColumnCount = 16;

ClipRow read(const Sql& sql) {
  ClipRow row;
  sql.read(0, row.id);
  sql.read(1, row.recording);
  row.start_frame = sql.integer(2);
  row.frame_count = sql.integer(3);
  row.pad_frames = sql.integer(4);
  row.seconds = sql.real(5);
  row.sha256 = sql.text(6);
  sql.read(7, row.label);
  sql.read(8, row.phrase);
  row.split = static_cast<Split>(sql.integer(9));
  row.rating = static_cast<int>(sql.integer(10));
  row.excluded = sql.integer(11) != 0;
  row.notes = sql.text(12);
  row.loudness = sql.maybe_real(13);
  row.peak = sql.maybe_real(14);
  row.added_at = sql.text(15);
  return row;
}

std::vector<std::string> split_at(const std::string& text, char mark) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; !text.empty() && start <= text.size();) {
    const auto end = std::min(text.find(mark, start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

ClipView read_view(const Sql& sql) {
  ClipView view;
  view.clip = read(sql);
  int column = kColumnCount;
  view.label = sql.text(column++);
  view.phrase = sql.text(column++);
  view.tags = split_at(sql.text(column++), '\x1f');
  view.path = sql.text(column++);
  view.name = sql.text(column++);
  view.source = sql.text(column++);
  view.rights = sql.text(column++);
  view.sample_rate = static_cast<int>(sql.integer(column++));
  view.channels = static_cast<int>(sql.integer(column++));
  view.recording_frames = sql.integer(column++);
  view.missing = sql.integer(column) != 0;
  return view;
}

std::vector<ClipId> id_list(Sql sql, std::vector<ClipId> list = {}) {
  while (sql.step()) list.push_back({sql.integer(0)});
  return list;
}

/// A list sorted by a column of another table walks that table's index outside and the clips' inside: nothing is sorted.
/// CROSS JOIN keeps SQLite from turning the loops round.
struct OrderPlan {
  std::string from;   ///< FROM clause
  std::string order;  ///< with %s for the direction
  std::string rest;   ///< condition of the clips that the join leaves out, or empty
};

OrderPlan plan_of(ClipColumn column) {
  const auto own = [](const std::string& name) { return OrderPlan{"clip c", name + " %s, c.id %s", ""}; };
  switch (column) {
    case ClipColumn::label: return {"label k CROSS JOIN clip c ON c.label_id = k.id", "k.name %s, c.id %s", "c.label_id IS NULL"};
    case ClipColumn::phrase: return {"phrase k CROSS JOIN clip c ON c.phrase_id = k.id", "k.name %s, c.id %s", "c.phrase_id IS NULL"};
    case ClipColumn::name: return {"recording k CROSS JOIN clip c ON c.recording_id = k.id", "k.name %s, k.id %s, c.start_frame %s, c.id %s", ""};
    case ClipColumn::sample_rate: return {"recording k CROSS JOIN clip c ON c.recording_id = k.id", "k.sample_rate %s, k.id %s, c.start_frame %s, c.id %s", ""};
    case ClipColumn::seconds: return own("c.seconds");
    case ClipColumn::rating: return own("c.rating");
    case ClipColumn::split: return own("c.split");
    case ClipColumn::excluded: return own("c.excluded");
    case ClipColumn::start: return own("c.start_frame");
    case ClipColumn::loudness: return own("c.loudness");
    case ClipColumn::peak: return own("c.peak");
    case ClipColumn::added: return own("c.added_at");
    case ClipColumn::notes: return own("c.notes");
    case ClipColumn::content: return own("c.sha256");
    case ClipColumn::source: return {"clip c JOIN recording k ON k.id = c.recording_id", "k.source %s, c.id %s", ""};
    case ClipColumn::rights: return {"clip c JOIN recording k ON k.id = c.recording_id", "k.rights %s, c.id %s", ""};
    case ClipColumn::id: break;
  }
  return {"clip c", "c.id %s", ""};
}

/// One of several keys, over clip c, recording r, label l and phrase p.
std::string key_of(ClipColumn column) {
  switch (column) {
    case ClipColumn::label: return "c.label_id IS NULL, l.name %s";
    case ClipColumn::phrase: return "c.phrase_id IS NULL, p.name %s";
    case ClipColumn::name: return "r.name %s, r.id %s";
    case ClipColumn::sample_rate: return "r.sample_rate %s";
    case ClipColumn::source: return "r.source %s";
    case ClipColumn::rights: return "r.rights %s";
    case ClipColumn::seconds: return "c.seconds %s";
    case ClipColumn::rating: return "c.rating %s";
    case ClipColumn::split: return "c.split %s";
    case ClipColumn::excluded: return "c.excluded %s";
    case ClipColumn::start: return "c.start_frame %s";
    case ClipColumn::loudness: return "c.loudness %s";
    case ClipColumn::peak: return "c.peak %s";
    case ClipColumn::added: return "c.added_at %s";
    case ClipColumn::notes: return "c.notes %s";
    case ClipColumn::content: return "c.sha256 %s";
    case ClipColumn::id: break;
  }
  return "c.id %s";
}

std::string with_direction(std::string text, bool descending) {
  for (auto at = text.find("%s"); at != std::string::npos; at = text.find("%s"))
    text.replace(at, 2, descending ? "DESC" : "ASC");
  return text;
}

Sql with_values(SQLite::Database& database, const std::string& text, const ClipCondition& condition) {
  Sql sql(database, text);
  for (const auto& value : condition.values) std::visit([&](const auto& one) { sql.bind(one); }, value);
  return sql;
}

}  // namespace

ClipId ClipStore::add(const ClipRow& row) { return add(std::vector<ClipRow>{row}).front(); }

std::vector<ClipId> ClipStore::add(const std::vector<ClipRow>& rows) {
  Transaction transaction(database_);
  Sql insert(database_,
             "INSERT INTO clip (recording_id, start_frame, frame_count, pad_frames, seconds, sha256, label_id, phrase_id, split, rating,"
             " excluded, notes, loudness, peak, added_at) VALUES"
             " (?1, ?2, ?3, ?4, (?3 + ?4) * 1.0 / (SELECT sample_rate FROM recording WHERE id = ?1), ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
  std::vector<ClipId> ids;
  for (const ClipRow& row : rows) {
    insert
        .again(row.recording, row.start_frame, row.frame_count, row.pad_frames, row.sha256, row.label, row.phrase, static_cast<int>(row.split),
               row.rating, row.excluded, row.notes, row.loudness, row.peak, utc_now())
        .run();
    ids.push_back({database_.getLastInsertRowid()});
  }
  transaction.commit();
  return ids;
}

std::optional<ClipRow> ClipStore::get(ClipId id) {
  Sql sql(database_, kColumns + " FROM clip c WHERE id = ?", id);
  return sql.step() ? std::optional(read(sql)) : std::nullopt;
}

std::optional<ClipView> ClipStore::view(ClipId id) {
  auto list = views({id});
  return list.empty() ? std::nullopt : std::optional(std::move(list.front()));
}

std::vector<ClipView> ClipStore::views(const std::vector<ClipId>& ids) {
  Sql sql(database_,
          kColumns +
              ", coalesce(l.name, ''), coalesce(p.name, ''),"
              " coalesce((SELECT group_concat(name, char(31)) FROM (SELECT t.name FROM clip_tag ct JOIN tag t ON t.id = ct.tag_id"
              "   WHERE ct.clip_id = c.id ORDER BY t.name)), ''),"
              " r.path, r.name, r.source, r.rights, r.sample_rate, r.channels, r.frames, r.missing"
              " FROM json_each(?) wanted CROSS JOIN clip c ON c.id = wanted.value JOIN recording r ON r.id = c.recording_id"
              " LEFT JOIN label l ON l.id = c.label_id LEFT JOIN phrase p ON p.id = c.phrase_id ORDER BY wanted.key",
          json_ids(ids));
  std::vector<ClipView> list;
  list.reserve(ids.size());
  while (sql.step()) list.push_back(read_view(sql));
  return list;
}

std::vector<ClipId> ClipStore::ids(const std::string& query, ClipOrder order) {
  const ClipCondition condition = parse_clip_query(query);
  const OrderPlan plan = plan_of(order.column);
  const std::string select = "SELECT c.id FROM " + plan.from + " WHERE " + condition.sql + " ORDER BY " + with_direction(plan.order, order.descending);
  std::vector<ClipId> list = id_list(with_values(database_, select, condition));
  if (plan.rest.empty()) return list;
  // Clips without a label (or phrase) come last in both directions: what is still to do is found in one place.
  const std::string rest = "SELECT c.id FROM clip c WHERE " + plan.rest + " AND (" + condition.sql + ") ORDER BY " + with_direction("c.id %s", order.descending);
  return id_list(with_values(database_, rest, condition), std::move(list));
}

std::vector<ClipId> ClipStore::ids(const std::string& query, const std::vector<ClipOrder>& orders) {
  if (orders.size() < 2) return ids(query, orders.empty() ? ClipOrder{} : orders.front());
  const ClipCondition condition = parse_clip_query(query);
  std::string select =
      "SELECT c.id FROM clip c JOIN recording r ON r.id = c.recording_id LEFT JOIN label l ON l.id = c.label_id"
      " LEFT JOIN phrase p ON p.id = c.phrase_id WHERE " + condition.sql + " ORDER BY ";
  for (const ClipOrder& order : orders) select += with_direction(key_of(order.column), order.descending) + ", ";
  select += with_direction("c.start_frame %s, c.id %s", orders.back().descending);
  return id_list(with_values(database_, select, condition));
}

std::int64_t ClipStore::count(const std::string& query) {
  const ClipCondition condition = parse_clip_query(query);
  Sql sql = with_values(database_, "SELECT count(*) FROM clip c WHERE " + condition.sql, condition);
  return sql.step() ? sql.integer(0) : 0;
}

std::vector<ClipMark> ClipStore::marks() {
  Sql sql(database_, "SELECT c.id, c.label_id, c.sha256 FROM clip c JOIN recording r ON r.id = c.recording_id WHERE NOT c.excluded AND NOT r.missing ORDER BY c.id");
  std::vector<ClipMark> list;
  while (sql.step()) {
    list.emplace_back();
    sql.read(0, list.back().id);
    sql.read(1, list.back().label);
    list.back().sha256 = sql.text(2);
  }
  return list;
}

std::vector<ClipId> ClipStore::of_recording(RecordingId recording) {
  return id_list(Sql(database_, "SELECT id FROM clip WHERE recording_id = ? ORDER BY start_frame, id", recording));
}

std::vector<ClipId> ClipStore::of_phrase(PhraseId phrase) {
  return id_list(Sql(database_, "SELECT id FROM clip WHERE phrase_id = ? ORDER BY id", phrase));
}

std::vector<ClipId> ClipStore::find_by_sha256(const std::string& sha256) {
  return id_list(Sql(database_, "SELECT id FROM clip WHERE sha256 = ? ORDER BY id", sha256));
}

std::vector<std::vector<ClipId>> ClipStore::duplicates() {
  Sql sql(database_,
          "SELECT id, sha256 FROM clip WHERE sha256 IN (SELECT sha256 FROM clip GROUP BY sha256 HAVING count(*) > 1) ORDER BY sha256, " + std::string(kKeptFirst));
  std::vector<std::vector<ClipId>> groups;
  std::string last;
  while (sql.step()) {
    if (groups.empty() || sql.text(1) != last) groups.emplace_back();
    last = sql.text(1);
    groups.back().push_back({sql.integer(0)});
  }
  return groups;
}

void ClipStore::set_label(const std::vector<ClipId>& ids, std::optional<LabelId> label) {
  Sql(database_, "UPDATE clip SET label_id = ?" + kThese, label, json_ids(ids)).run();
}

void ClipStore::set_phrase(const std::vector<ClipId>& ids, std::optional<PhraseId> phrase) {
  Sql(database_, "UPDATE clip SET phrase_id = ?" + kThese, phrase, json_ids(ids)).run();
}

void ClipStore::set_split(const std::vector<ClipId>& ids, Split split) {
  Sql(database_, "UPDATE clip SET split = ?" + kThese, static_cast<int>(split), json_ids(ids)).run();
}

void ClipStore::set_rating(const std::vector<ClipId>& ids, int rating) {
  if (rating < 0 || rating > 5) throw DbError("a rating is 1 to 5, or 0 for none, not " + std::to_string(rating));
  Sql(database_, "UPDATE clip SET rating = ?" + kThese, rating, json_ids(ids)).run();
}

void ClipStore::set_excluded(const std::vector<ClipId>& ids, bool excluded) {
  Sql(database_, "UPDATE clip SET excluded = ?" + kThese, excluded, json_ids(ids)).run();
}

void ClipStore::set_notes(const std::vector<ClipId>& ids, const std::string& notes) {
  Sql(database_, "UPDATE clip SET notes = ?" + kThese, notes, json_ids(ids)).run();
}

void ClipStore::add_tag(const std::vector<ClipId>& ids, TagId tag) {
  Sql(database_, "INSERT OR IGNORE INTO clip_tag (clip_id, tag_id) SELECT id, ? FROM clip" + kThese, tag, json_ids(ids)).run();
}

void ClipStore::remove_tag(const std::vector<ClipId>& ids, TagId tag) {
  Sql(database_, "DELETE FROM clip_tag WHERE tag_id = ? AND clip_id IN (SELECT value FROM json_each(?))", tag, json_ids(ids)).run();
}

void ClipStore::set_extent(ClipId id, const ClipRow& extent) {
  Sql(database_,
      "UPDATE clip SET start_frame = ?1, frame_count = ?2, pad_frames = ?3, sha256 = ?4, loudness = ?5, peak = ?6,"
      " seconds = (?2 + ?3) * 1.0 / (SELECT sample_rate FROM recording WHERE id = clip.recording_id) WHERE id = ?7",
      extent.start_frame, extent.frame_count, extent.pad_frames, extent.sha256, extent.loudness, extent.peak, id)
      .run();
}

void ClipStore::remove(const std::vector<ClipId>& ids) { Sql(database_, "DELETE FROM clip" + kThese, json_ids(ids)).run(); }

std::vector<LabelStats> ClipStore::stats() {
  Sql sql(database_,
          "SELECT coalesce(l.name, ''), sum(NOT excluded), sum(excluded), count(DISTINCT recording_id),"
          " coalesce(sum(seconds) FILTER (WHERE NOT excluded), 0), coalesce(min(seconds) FILTER (WHERE NOT excluded), 0),"
          " coalesce(max(seconds) FILTER (WHERE NOT excluded), 0), avg(loudness) FILTER (WHERE NOT excluded),"
          " min(loudness) FILTER (WHERE NOT excluded), max(loudness) FILTER (WHERE NOT excluded), max(peak) FILTER (WHERE NOT excluded)"
          " FROM clip c LEFT JOIN label l ON l.id = c.label_id GROUP BY label_id ORDER BY l.name IS NULL, l.name");
  std::vector<LabelStats> list;
  while (sql.step()) {
    LabelStats row;
    row.label = sql.text(0);
    row.clips = sql.integer(1);
    row.excluded = sql.integer(2);
    row.recordings = sql.integer(3);
    row.seconds = sql.real(4);
    row.shortest = sql.real(5);
    row.longest = sql.real(6);
    row.loudness_mean = sql.maybe_real(7);
    row.loudness_min = sql.maybe_real(8);
    row.loudness_max = sql.maybe_real(9);
    row.peak_max = sql.maybe_real(10);
    list.push_back(row);
  }
  return list;
}

}  // namespace luthier::db
