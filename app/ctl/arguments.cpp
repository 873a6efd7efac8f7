#include "app/ctl/arguments.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <limits>
#include <memory>

#include "core/session/outputs.h"
#include "db/clip_store.h"

namespace luthier::ctl {
namespace {

using Clock = std::chrono::steady_clock;

struct ProgressState {
  Clock::time_point last{};
  int last_tenth = -1;
};

void show_on_terminal(const Progress& progress, ProgressState& state) {
  const bool done = progress.fraction >= 1;
  if (!done && Clock::now() - state.last < std::chrono::milliseconds(100)) return;
  state.last = Clock::now();
  std::string line = std::to_string(static_cast<int>(progress.fraction * 100)) + " % " + progress.text;
  if (progress.seconds_left > 0) line += ", " + time_text(progress.seconds_left) + " left";
  if (line.size() > 100) line.resize(100);
  std::cerr << '\r' << line << "\033[K" << (done ? "\n" : "") << std::flush;
}

void show_in_a_log(const Progress& progress, ProgressState& state) {
  const int tenth = static_cast<int>(progress.fraction * 10);
  if (tenth == state.last_tenth) return;
  state.last_tenth = tenth;
  std::cerr << tenth * 10 << " % " << progress.text << '\n';
}

void show_as_json(const Progress& progress, ProgressState& state) {
  if (progress.fraction < 1 && Clock::now() - state.last < std::chrono::milliseconds(200)) return;
  state.last = Clock::now();
  print_json({{"event", "progress"},
              {"fraction", progress.fraction},
              {"text", progress.text},
              {"seconds_left", progress.seconds_left < 0 ? Json(nullptr) : Json(progress.seconds_left)}});
}

/// A name on one line: what moves the cursor is written out.
std::string visible(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
      continue;
    }
    char code[5];
    std::snprintf(code, sizeof code, "\\x%02x", byte);
    out += c == '\n' ? "\\n" : c == '\t' ? "\\t" : code;
  }
  return out;
}

/// Characters on screen: UTF-8 continuation bytes take no room.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.:-%") == std::string::npos;
}

bool read_number(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// Adds "7" or "3-9"; false when the word is neither.
bool add_range(const std::string& word, std::vector<db::ClipId>& ids) {
  std::int64_t first = 0, last = 0;
  const auto dash = word.find('-', 1);
  if (dash == std::string::npos) {
    if (!read_number(word, first)) return false;
    last = first;
  } else if (!read_number(std::string_view(word).substr(0, dash), first) ||
             !read_number(std::string_view(word).substr(dash + 1), last)) {
    return false;
  }
  constexpr std::int64_t kLongest = 10'000'000, kLast = std::numeric_limits<std::int64_t>::max() - kLongest;
  if (first < 0 || last > kLast) throw UsageError("'" + word + "' is no number of a clip; luthierctl clips lists them");
  if (last < first) throw UsageError("the range '" + word + "' ends before it begins");
  if (last - first > kLongest) throw UsageError("the range '" + word + "' is too long");
  for (std::int64_t value = first; value <= last; ++value) ids.push_back({value});
  return true;
}

}  // namespace

Workspace open_workspace(const Context& context) { return Workspace::open(context.workspace); }

Workspace open_or_create_workspace(const Context& context) { return Workspace::open_or_create(context.workspace); }

std::unique_ptr<db::Catalog> open_writable_catalog(const Workspace& workspace) {
  auto catalog = workspace.open_catalog();
  if (catalog->read_only()) throw SessionError(why_read_only(workspace));
  return catalog;
}

void print_json(const Json& line) {
  std::cout << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n' << std::flush;
}

void print_message(const std::string& text) { std::cerr << text << '\n'; }

ProgressSink console_progress(const Context& context) {
  auto state = std::make_shared<ProgressState>();
  if (context.json) return [state](const Progress& progress) { show_as_json(progress, *state); };
  if (isatty(2)) return [state](const Progress& progress) { show_on_terminal(progress, *state); };
  return [state](const Progress& progress) { show_in_a_log(progress, *state); };
}

void print_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& raw) {
  auto rows = raw;
  for (auto& row : rows)
    for (auto& cell : row) cell = visible(cell);
  std::vector<std::size_t> widths(head.size());
  std::vector<bool> right(head.size(), !rows.empty());
  for (std::size_t i = 0; i < head.size(); ++i) {
    widths[i] = width(head[i]);
    for (const auto& row : rows) {
      widths[i] = std::max(widths[i], width(row[i]));
      if (!row[i].empty() && !is_number(row[i])) right[i] = false;
    }
  }
  auto print = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string blanks(widths[i] - width(cells[i]), ' ');
      line += (i ? "  " : "") + (right[i] ? blanks + cells[i] : cells[i] + blanks);
    }
    std::cout << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  };
  print(head);
  for (const auto& row : rows) print(row);
}

std::string time_text(double seconds) {
  char text[32];
  const auto whole = static_cast<long>(std::lround(seconds));
  if (seconds < 60)
    std::snprintf(text, sizeof text, "%.1f", seconds);
  else if (whole < 3600)
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  return text;
}

std::vector<db::ClipId> clips_from_words(db::Catalog& catalog, const std::vector<std::string>& words) {
  std::vector<db::ClipId> ids;
  std::string query;
  for (const std::string& word : words) {
    if (query.empty() && add_range(word, ids)) continue;
    query += (query.empty() ? "" : " ") + word;
  }
  if (!query.empty() && !ids.empty())
    throw UsageError("clips are named either by numbers or by a search, not both: '" + query + "'");
  if (!query.empty()) ids = catalog.clips().ids(query);
  else if (words.empty()) throw UsageError("no clips named; give their numbers, ranges as 3-9, or a search as 'inst:violin dur:>2'");
  else std::erase_if(ids, [&](db::ClipId id) { return !catalog.clips().get(id); });
  if (ids.empty()) throw db::DbError("no clip matches '" + (query.empty() ? words.front() : query) + "'; luthierctl clips lists them");
  return ids;
}

}  // namespace luthier::ctl
