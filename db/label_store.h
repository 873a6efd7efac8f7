#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/catalog.h"

namespace luthier::db {

/// Labels (one a clip), tags (many a clip) and saved filters. Names are unique without regard to ASCII case.
/// See Catalog for thread and errors.
class LabelStore {
 public:
  explicit LabelStore(SQLite::Database& database) : database_(database) {}

  /// The label of that name, made if there is none (it gets the first free key of 1..9). Throws DbError for an empty name.
  LabelId label(const std::string& name);
  std::optional<LabelRow> get_label(LabelId id);
  std::optional<LabelRow> find_label(const std::string& name);
  std::optional<LabelRow> label_of_key(int key);
  std::vector<LabelRow> labels();  ///< in byte order of the name, as Python's sorted() gives
  void rename_label(LabelId id, const std::string& name);
  void set_color(LabelId id, const std::string& color);
  void set_key(LabelId id, int key);  ///< takes the key from the label that had it; 0 = no key
  void remove_label(LabelId id);      ///< its clips become unlabelled

  TagId tag(const std::string& name);
  std::optional<TagRow> find_tag(const std::string& name);
  std::vector<TagRow> tags();
  void rename_tag(TagId id, const std::string& name);
  void remove_tag(TagId id);

  std::vector<SavedFilterRow> filters();
  void save_filter(const SavedFilterRow& filter);  ///< replaces one of that name
  void remove_filter(const std::string& name);

 private:
  SQLite::Database& database_;
};

}  // namespace luthier::db
