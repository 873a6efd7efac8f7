#include "db/clip_query.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "db/rows.h"

namespace luthier::db {
namespace {

/// One term as typed. `word` has its quotes taken off, and a quote that was doubled within them is one.
struct Term {
  std::size_t position = 0;
  bool negated = false;
  bool quoted = false;      ///< the word (or value) was in quotes
  std::string field;        ///< lower case, empty for a free word
  std::string word;         ///< the free word or the field's value
  std::string in_quotes;    ///< for each character of the word: 'q' where it stood in quotes, else ' '
  bool is_or = false;       ///< the joining word
};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Lexer {
 public:
  explicit Lexer(const std::string& text) : text_(text) {}

  std::optional<Term> next() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    if (at_ == text_.size()) return std::nullopt;
    Term term;
    term.position = at_;
    while (at_ + 1 < text_.size() && (text_[at_] == '-' || text_[at_] == '!') && !is_blank(text_[at_ + 1])) {
      term.negated = !term.negated;
      ++at_;
    }
    read_field(term);
    read_word(term);
    term.is_or = term.field.empty() && !term.quoted && !term.negated && lower(term.word) == "or";
    return term;
  }

 private:
  void read_field(Term& term) {
    std::size_t end = at_;
    while (end < text_.size() && (std::isalpha(static_cast<unsigned char>(text_[end])) || text_[end] == '_')) ++end;
    if (end == at_ || end == text_.size() || text_[end] != ':') return;
    term.field = lower(text_.substr(at_, end - at_));
    at_ = end + 1;
  }

  void read_word(Term& term) {
    while (at_ < text_.size() && !is_blank(text_[at_])) {
      if (text_[at_] == '"') {
        read_quoted(term);
      } else {
        term.word += text_[at_++];
      }
      term.in_quotes.resize(term.word.size(), ' ');
    }
  }

  void read_quoted(Term& term) {
    const std::size_t opened = at_++;
    for (;; ++at_) {
      if (at_ == text_.size()) throw QueryError("a quote is opened but not closed: " + text_.substr(opened), opened);
      if (text_[at_] == '"' && (at_ + 1 == text_.size() || text_[at_ + 1] != '"')) break;
      if (text_[at_] == '"') ++at_;
      term.word += text_[at_];
    }
    term.in_quotes.resize(term.word.size(), 'q');
    term.quoted = true;
    ++at_;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

/// Makes the condition of one term; holds the values so far.
class Builder {
 public:
  ClipCondition condition;

  std::string term_sql(const Term& term) {
    const std::string sql = term.field.empty() ? free_word(term.word) : field_sql(term);
    return term.negated ? "NOT " + sql : sql;
  }

 private:
  template <class T>
  void value(T one) { condition.values.emplace_back(std::in_place_type<T>, std::move(one)); }

  /// LIKE pattern; the characters of LIKE themselves are taken literally.
  static std::string like(const std::string& text, const char* before, const char* after) {
    std::string pattern = before;
    for (const char c : text) {
      if (c == '%' || c == '_' || c == '\\') pattern += '\\';
      pattern += c;
    }
    return pattern + after;
  }

  /// Names that begin with the text, or have a word that does.
  std::string name_begins(const std::string& text) {
    value(like(text, "", "%"));
    value(like(text, "% ", "%"));
    return "(name LIKE ? ESCAPE '\\' OR name LIKE ? ESCAPE '\\')";
  }

  std::string free_word(const std::string& word) {
    if (word.empty()) return "1";
    std::string match = "\"";
    for (const char c : word) match += c == '"' ? std::string("\"\"") : std::string(1, c);
    match += "\"*";
    std::string sql = "(c.recording_id IN (SELECT rowid FROM recording_fts WHERE recording_fts MATCH ?)";
    value(match);
    sql += " OR c.id IN (SELECT rowid FROM clip_fts WHERE clip_fts MATCH ?)";
    value(match);
    sql += " OR c.label_id IN (SELECT id FROM label WHERE " + name_begins(word) + ")";
    sql += " OR c.phrase_id IN (SELECT id FROM phrase WHERE " + name_begins(word) + ")";
    sql += " OR c.id IN (SELECT clip_id FROM clip_tag WHERE tag_id IN (SELECT id FROM tag WHERE " + name_begins(word) + ")))";
    return sql;
  }

  /// One of violin,harp, each whole or as vio*. In quotes comma and star belong to the name.
  std::string names(const Term& term) {
    const auto sign = [&term](std::size_t at, char c) { return term.word[at] == c && term.in_quotes[at] == ' '; };
    std::string sql;
    for (std::size_t start = 0, end = 0; start < term.word.size(); start = end + 1) {
      end = start;
      while (end < term.word.size() && !sign(end, ',')) ++end;
      if (end == start) continue;
      const bool beginning = sign(end - 1, '*');
      value(like(term.word.substr(start, end - start - beginning), "", beginning ? "%" : ""));
      sql += std::string(sql.empty() ? "" : " OR ") + "name LIKE ? ESCAPE '\\'";
    }
    return sql.empty() ? "0" : sql;
  }

  /// The word none, which says that there is no name; in quotes it is a name as any.
  static bool is_none(const Term& term) { return !term.quoted && lower(term.word) == "none"; }

  std::string contained(const std::string& column, const std::string& text) {
    value(like(text, "%", "%"));
    return column + " LIKE ? ESCAPE '\\'";
  }

  static double number(const Term& term, std::string_view text) {
    double result = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
      throw QueryError("'" + term.field + ":" + term.word + "' needs a number, as in " + term.field + ":>2 or " + term.field + ":1..3", term.position);
    return result;
  }

  /// ">2", ">=3", "<1", "1..3", "2", or several of these with commas between.
  std::string numeric(const Term& term, const std::string& column) {
    constexpr int kMost = 500;  // deeper nested conditions are refused by SQLite
    std::string sql;
    int parts = 0;
    for (std::size_t start = 0; start <= term.word.size();) {
      const auto end = std::min(term.word.find(',', start), term.word.size());
      if (++parts > kMost) throw QueryError("'" + term.field + ":' takes at most " + std::to_string(kMost) + " numbers or ranges", term.position);
      sql += (sql.empty() ? "" : " OR ") + one_number(term, std::string_view(term.word).substr(start, end - start), column);
      start = end + 1;
    }
    return "(" + sql + ")";
  }

  std::string one_number(const Term& term, std::string_view text, const std::string& column) {
    for (const std::string_view op : {">=", "<=", ">", "<", "="}) {
      if (!text.starts_with(op)) continue;
      value(number(term, text.substr(op.size())));
      return "(" + column + " " + std::string(op) + " ?)";
    }
    if (const auto dots = text.find(".."); dots != std::string_view::npos) {
      value(number(term, text.substr(0, dots)));
      value(number(term, text.substr(dots + 2)));
      return "(" + column + " BETWEEN ? AND ?)";
    }
    value(number(term, text));
    return "(" + column + " = ?)";
  }

  static bool yes_or_no(const Term& term) {
    const std::string text = lower(term.word);
    if (text == "yes" || text == "true" || text == "1") return true;
    if (text == "no" || text == "false" || text == "0") return false;
    throw QueryError("'" + term.field + ":' needs yes or no, not '" + term.word + "'", term.position);
  }

  std::string recording_number(const Term& term, const std::string& column) {
    return "(c.recording_id IN (SELECT id FROM recording WHERE " + numeric(term, column) + "))";
  }

  std::string split_sql(const Term& term) {
    const auto split = split_from_text(lower(term.word));
    if (!split) throw QueryError("'split:' is train, validation, test or none, not '" + term.word + "'", term.position);
    value(static_cast<std::int64_t>(*split));
    return "(c.split = ?)";
  }

  std::string own_name(const Term& term, const std::string& column, const std::string& table) {
    if (is_none(term)) return "(" + column + " IS NULL)";
    return "(" + column + " IS NOT NULL AND " + column + " IN (SELECT id FROM " + table + " WHERE " + names(term) + "))";
  }

  std::string tag_sql(const Term& term) {
    if (is_none(term)) return "(NOT EXISTS (SELECT 1 FROM clip_tag WHERE clip_id = c.id))";
    return "(c.id IN (SELECT clip_id FROM clip_tag WHERE tag_id IN (SELECT id FROM tag WHERE " + names(term) + ")))";
  }

  std::string recording_text(const Term& term, const std::string& column) {
    return "(c.recording_id IN (SELECT id FROM recording WHERE " + contained(column, term.word) + "))";
  }

  std::string notes_sql(const Term& term) {
    const std::string own = contained("c.notes", term.word);
    return "(" + own + " OR c.recording_id IN (SELECT id FROM recording WHERE " + contained("notes", term.word) + "))";
  }

  static std::string duplicate_sql(const Term& term) {
    if (lower(term.word) == "extra")
      return "(c.id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY sha256 ORDER BY " + std::string(kKeptFirst) + ") AS place FROM clip) WHERE place > 1))";
    return std::string(yes_or_no(term) ? "" : "NOT ") + "(c.sha256 IN (SELECT sha256 FROM clip GROUP BY sha256 HAVING count(*) > 1))";
  }

  std::string field_sql(const Term& term) {
    const std::string& f = term.field;
    if (term.word.empty()) throw QueryError("'" + f + ":' needs a value, as in " + example(f), term.position);
    if (f == "inst" || f == "label" || f == "instrument") return own_name(term, "c.label_id", "label");
    if (f == "phrase") return own_name(term, "c.phrase_id", "phrase");
    if (f == "tag") return tag_sql(term);
    if (f == "file" || f == "name") return recording_text(term, "name");
    if (f == "path") return recording_text(term, "path");
    if (f == "source" || f == "rights") return recording_text(term, f);
    if (f == "notes") return notes_sql(term);
    if (f == "dur" || f == "seconds") return numeric(term, "c.seconds");
    if (f == "rating") return numeric(term, "c.rating");
    if (f == "loud") return numeric(term, "c.loudness");
    if (f == "peak") return numeric(term, "c.peak");
    if (f == "id") return numeric(term, "c.id");
    if (f == "recording") return numeric(term, "c.recording_id");
    if (f == "rate") return recording_number(term, "sample_rate");
    if (f == "channels") return recording_number(term, "channels");
    if (f == "split") return split_sql(term);
    if (f == "excluded") return yes_or_no(term) ? "(c.excluded = 1)" : "(c.excluded = 0)";
    if (f == "missing") return std::string(yes_or_no(term) ? "" : "NOT ") + "(c.recording_id IN (SELECT id FROM recording WHERE missing))";
    if (f == "dup") return duplicate_sql(term);
    throw QueryError("there is no field '" + f + ":'; fields are " + known_fields() + " (put quotes around a word with a colon)", term.position);
  }

  static std::string example(const std::string& field) {
    for (const QueryField& known : clip_query_fields())
      if (known.name == field) return known.help.substr(0, known.help.find(' '));
    return field + ":…";
  }

  static std::string known_fields() {
    std::string list;
    for (const QueryField& field : clip_query_fields()) list += (list.empty() ? "" : ", ") + field.name;
    return list;
  }
};

}  // namespace

const std::vector<QueryField>& clip_query_fields() {
  static const std::vector<QueryField> fields = {
      {"inst", "inst:violin label; inst:violin,harp one of them; inst:vio* beginning; inst:\"grand piano\" exactly this; inst:none without"},
      {"label", "label:violin the same as inst:"},
      {"tag", "tag:solo carries the tag; tag:none without tags"},
      {"phrase", "phrase:7* plays the phrase; phrase:none without"},
      {"file", "file:take2 contained in the file's name"},
      {"path", "path:audio/ contained in the file's path"},
      {"source", "source:FluidR3 contained in where it came from"},
      {"rights", "rights:CC0 contained in the rights"},
      {"notes", "notes:noisy contained in the notes of clip or recording"},
      {"dur", "dur:>2 seconds; dur:1..3 between"},
      {"rating", "rating:>=3 1 to 5, 0 not rated"},
      {"loud", "loud:<-30 loudness in LUFS"},
      {"peak", "peak:>-1 peak in dBFS"},
      {"rate", "rate:44100 sample rate in Hz"},
      {"channels", "channels:2 of the recording"},
      {"id", "id:12 number of the clip; id:3..9,12 ranges and numbers"},
      {"recording", "recording:4 number of the recording"},
      {"split", "split:train train, validation, test or none"},
      {"excluded", "excluded:yes kept out of training"},
      {"missing", "missing:yes the file was not found"},
      {"dup", "dup:yes the same content twice; dup:extra all but the one to keep"},
  };
  return fields;
}

ClipCondition parse_clip_query(const std::string& text) {
  Lexer lexer(text);
  Builder builder;
  std::string sql;
  bool joins = false;  // the last word was "or"
  std::size_t last = 0;
  while (const auto term = lexer.next()) {
    last = term->position;
    if (term->is_or) {
      if (sql.empty() || joins) throw QueryError("'or' must stand between two terms", last);
      joins = true;
      continue;
    }
    const std::string one = builder.term_sql(*term);
    if (joins) {
      sql.pop_back();  // into the bracket of the term before
      sql += " OR " + one + ")";
    } else {
      sql += (sql.empty() ? "(" : " AND (") + one + ")";
    }
    joins = false;
  }
  if (joins) throw QueryError("'or' must stand between two terms", last);
  if (!sql.empty()) builder.condition.sql = sql;
  return builder.condition;
}

}  // namespace luthier::db
