#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "db/db_error.h"

namespace luthier::db {

/// A search as SQL: a condition on clip `c` with one value per question mark. Made by parse_clip_query only.
struct ClipCondition {
  std::string sql = "1";
  std::vector<std::variant<std::int64_t, double, std::string>> values;
};

/// The language of the search field. Terms stand side by side and must all hold; `-term` or `!term` negates; `or`
/// between two terms joins them; "quotes" keep blanks. Terms:
///   word            the beginning of a word in file name, label, tags, phrase, source, rights or notes
///   inst: label:    a label's name (`inst:none` = without); `inst:violin,harp` = one of them; `inst:vio*` = beginning
///   tag: phrase: file: source: rights: notes:   likewise (file, source, rights and notes: contained)
///   dur:>2  dur:1..3   seconds      rating:>=3   rate:44100   channels:2   loud:<-30 (LUFS)   peak:>-1 (dBFS)
///   id:12   id:3..9,12   split:train|validation|test|none      excluded:yes|no   missing:yes|no
///   dup:yes (same content twice)   dup:extra (of these all but the one to keep)
/// Throws QueryError with one sentence naming the term. An empty text matches all.
ClipCondition parse_clip_query(const std::string& text);

/// Order of clips with the same content: the first is the one to keep.
inline constexpr const char* kKeptFirst = "excluded, label_id IS NULL, rating DESC, id";

struct QueryField {
  std::string name;
  std::string help;
};
/// The fields above, for completion and help.
const std::vector<QueryField>& clip_query_fields();

}  // namespace luthier::db
