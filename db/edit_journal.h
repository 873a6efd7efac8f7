#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/catalog.h"

namespace luthier::db {

/// Undo and redo of what people do to clips, labels, tags, recordings' notes, phrases, pairs and titles of runs. Kept in the catalog, so they survive a
/// restart; one line of steps for the workspace, shared by all programs that have it open.
class EditJournal {
 public:
  explicit EditJournal(SQLite::Database& database) : database_(database) {}

  /// Applies the newest step backwards and returns it; nothing when there is none. Throws DbError, changing nothing,
  /// when a row it needs is gone for good.
  std::optional<EditRow> undo();
  std::optional<EditRow> redo();
  std::optional<EditRow> next_undo();
  std::optional<EditRow> next_redo();
  /// Newest first.
  std::vector<EditRow> list(int limit = 100);
  /// Forgets all but the newest `keep` steps.
  void trim(int keep = 1000);

 private:
  SQLite::Database& database_;
};

/// One undo step: a transaction whose changes are written down. Steps that were undone before are forgotten, as in any
/// editor. Without commit() nothing happened. A step that changed nothing leaves no entry.
///   Edit edit(catalog, "label 12 clips violin");
///   catalog.clips().set_label(ids, label);
///   edit.commit();
class Edit {
 public:
  Edit(Catalog& catalog, const std::string& title);
  ~Edit();
  Edit(const Edit&) = delete;
  Edit& operator=(const Edit&) = delete;
  /// Returns the step's number, or no number if nothing changed.
  EditId commit();

 private:
  SQLite::Database& database_;
  Transaction transaction_;
  EditId id_;
};

}  // namespace luthier::db
