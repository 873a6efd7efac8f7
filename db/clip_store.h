#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/catalog.h"
#include "db/clip_query.h"

namespace luthier::db {

/// Columns a clip list can be sorted by.
enum class ClipColumn { id, label, name, seconds, rating, split, phrase, excluded, start, sample_rate, loudness, peak, added, source, rights, notes, content };

/// What a map of all clips needs of each.
struct ClipMark {
  ClipId id;
  std::optional<LabelId> label;
  std::string sha256;
};

struct ClipOrder {
  ClipColumn column = ClipColumn::id;
  bool descending = false;
};

/// Clips: the id list of a search in one query, rows by id a page at a time, and edits of many at once.
/// The set_… calls are one statement in one transaction each; wrap them in an Edit to make them one undo step.
/// See Catalog for thread and errors.
class ClipStore {
 public:
  explicit ClipStore(SQLite::Database& database) : database_(database) {}

  /// id, seconds and added_at are given by the store.
  ClipId add(const ClipRow& row);
  /// Many in one transaction, several times quicker than one by one.
  std::vector<ClipId> add(const std::vector<ClipRow>& rows);
  std::optional<ClipRow> get(ClipId id);
  std::optional<ClipView> view(ClipId id);
  /// Rows for these ids, in their order; ids that are gone are left out. Meant for pages of some hundred.
  std::vector<ClipView> views(const std::vector<ClipId>& ids);
  /// Every id that matches, in order (ties by id). 100,000 ids take some tens of milliseconds.
  std::vector<ClipId> ids(const std::string& query = {}, ClipOrder order = {});
  /// By the first column, where that is equal by the second, and so on. Without any: by id.
  std::vector<ClipId> ids(const std::string& query, const std::vector<ClipOrder>& orders);
  std::int64_t count(const std::string& query = {});
  /// Label and content of every clip that is neither excluded nor missing, by id: one quick look at all of them.
  std::vector<ClipMark> marks();
  std::vector<ClipId> of_recording(RecordingId recording);
  std::vector<ClipId> of_phrase(PhraseId phrase);
  /// Clips with this content, for finding duplicates.
  std::vector<ClipId> find_by_sha256(const std::string& sha256);
  /// Groups of clips with equal content, each of two or more; first in each the one to keep, which `dup:extra` leaves out:
  /// not excluded, labelled, best rated, oldest.
  std::vector<std::vector<ClipId>> duplicates();

  void set_label(const std::vector<ClipId>& ids, std::optional<LabelId> label);
  void set_phrase(const std::vector<ClipId>& ids, std::optional<PhraseId> phrase);
  void set_split(const std::vector<ClipId>& ids, Split split);
  void set_rating(const std::vector<ClipId>& ids, int rating);  ///< 0..5
  void set_excluded(const std::vector<ClipId>& ids, bool excluded);
  void set_notes(const std::vector<ClipId>& ids, const std::string& notes);
  void add_tag(const std::vector<ClipId>& ids, TagId tag);
  void remove_tag(const std::vector<ClipId>& ids, TagId tag);
  /// Cuts anew: other frames of the same recording, with the hash and level of the new content.
  void set_extent(ClipId id, const ClipRow& extent);
  /// Takes their pairs along.
  void remove(const std::vector<ClipId>& ids);

  /// One row per label in name order, clips without label last.
  std::vector<LabelStats> stats();

 private:
  SQLite::Database& database_;
};

}  // namespace luthier::db
