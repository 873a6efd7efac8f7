#include "core/session/fetch_session.h"

#include <stdlib.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <set>
#include <sstream>

#include "core/session/csv.h"
#include "core/session/external_program.h"
#include "core/session/import_session.h"
#include "core/session/outputs.h"
#include "core/session/progress_meter.h"
#include "core/session/sound_files.h"
#include "core/session/text_file.h"
#include "db/recording_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_header(const std::vector<std::string>& cells) {
  return cells.size() == 3 && lower(cells[0]) == "instrument" && lower(cells[1]) == "title" && lower(cells[2]) == "url";
}

FetchRow row_of(const std::vector<std::string>& cells, std::int64_t line) {
  const std::string where = "line " + std::to_string(line) + " of the list ";
  if (cells.size() != 3) throw SessionError(where + "has " + std::to_string(cells.size()) + " columns where instrument,title,url are needed");
  if (cells[0].empty()) throw SessionError(where + "names no instrument; write instrument,title,url");
  const std::string address = lower(cells[2]);
  if (!address.starts_with("https://") && !address.starts_with("http://"))
    throw SessionError(where + "has '" + cells[2].substr(0, 60) + "' as url; it must begin with https:// or http://");
  return {line, cells[0], cells[1].empty() ? cells[2] : cells[1], cells[2]};
}

/// A new folder in the workspace (where there is room for sounds) that is gone with the object.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const fs::path& parent) {
    std::string pattern = (parent / ".fetch-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw SessionError("no folder can be made in '" + parent.string() + "' (" + std::strerror(errno) + "); check permissions and free space");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// The last line that says something, without the program's own prefix.
std::string last_line(const std::string& messages) {
  std::istringstream lines(messages);
  std::string last;
  for (std::string line; std::getline(lines, line);)
    if (!trimmed(line).empty()) last = trimmed(line);
  if (last.starts_with("ERROR: ")) last.erase(0, 7);
  return last.substr(0, 300);
}

fs::path needed_program(const std::string& name) {
  const fs::path file = find_program(name);
  if (file.empty()) throw SessionError("fetching needs the programs yt-dlp and ffmpeg, and '" + name + "' is not installed; install it (apt install " + name + ") or put it on the PATH");
  return file;
}

class Fetch {
 public:
  Fetch(const Workspace& workspace, const FetchRequest& request, std::stop_token stop)
      : workspace_(workspace), request_(request), stop_(std::move(stop)), downloader_(needed_program("yt-dlp")) {
    const auto catalog = workspace.open_catalog();
    if (catalog->read_only()) throw SessionError(why_read_only(workspace));
    for (const auto& recording : catalog->recordings().all()) known_.insert(recording.source);
  }

  void fetch(const FetchRow& row, FetchResult& result) {
    if (known_.contains(row.url)) {
      ++result.already;
      return;
    }
    try {
      const TemporaryFolder folder(workspace_.folder());
      if (!download(row, folder.path()) || stop_.stop_requested()) return;
      bring_in(row, folder.path(), result);
      known_.insert(row.url);
    } catch (const std::runtime_error& error) {
      if (!stop_.stop_requested()) result.problems.push_back({row.line, row.title, error.what()});
    }
  }

 private:
  /// False when stopped.
  bool download(const FetchRow& row, const fs::path& folder) {
    std::string name = safe_file_name(row.title);
    std::replace(name.begin(), name.end(), '%', '_');  // yt-dlp reads % in its output template
    const auto result = run_program(downloader_,
                                    {"--no-playlist", "--no-progress", "--quiet", "--no-warnings", "--extract-audio", "--audio-format", "flac", "--output",
                                     (folder / (name + ".%(ext)s")).string(), "--", row.url},
                                    stop_);
    if (stop_.stop_requested()) return false;
    if (result.code != 0) {
      const std::string said = last_line(result.messages);
      throw SessionError("'" + row.url + "' could not be fetched (" + (said.empty() ? "yt-dlp ended with code " + std::to_string(result.code) : said) + ")");
    }
    return true;
  }

  void bring_in(const FetchRow& row, const fs::path& folder, FetchResult& result) {
    ImportRequest import;
    import.paths = {folder};
    import.label = row.instrument;
    import.source = row.url;
    import.rights = request_.rights;
    import.cutting = request_.cutting;
    const ImportResult imported = import_sounds(workspace_, import, {}, stop_);
    result.recordings += imported.recordings;
    result.clips += imported.clips;
    for (const auto& skipped : imported.skipped) result.problems.push_back({row.line, row.title, skipped.reason});
  }

  const Workspace& workspace_;
  const FetchRequest& request_;
  const std::stop_token stop_;
  const fs::path downloader_;
  std::set<std::string> known_;
};

}  // namespace

std::vector<FetchRow> fetch_rows_from_csv(const std::string& text) {
  std::vector<FetchRow> rows;
  std::istringstream lines(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);
  std::int64_t number = 0;
  std::vector<std::string> cells;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (trimmed(line).empty() || line == "\r") continue;
    if (!split_csv(line, cells)) throw SessionError("line " + std::to_string(number) + " of the list has a quote that is not closed");
    for (std::string& cell : cells) cell = trimmed(cell);
    if (rows.empty() && is_header(cells)) continue;
    rows.push_back(row_of(cells, number));
  }
  if (rows.empty()) throw SessionError("the list is empty; it needs lines instrument,title,url");
  return rows;
}

std::vector<FetchRow> check_fetch(const FetchRequest& request) {
  auto rows = fetch_rows_from_csv(read_text(request.csv));
  needed_program("yt-dlp");
  needed_program("ffmpeg");
  return rows;
}

FetchResult fetch_sounds(const Workspace& workspace, const FetchRequest& request, const ProgressSink& progress, std::stop_token stop) {
  const auto rows = check_fetch(request);
  Fetch fetch(workspace, request, stop);
  FetchResult result;
  ProgressMeter meter(progress, static_cast<double>(rows.size()));
  double done = 0;
  for (const FetchRow& row : rows) {
    if (stop.stop_requested()) break;
    meter.report(done++, row.title);
    fetch.fetch(row, result);
  }
  if (stop.stop_requested()) result.outcome = Outcome::cancelled;
  else meter.finish(std::to_string(result.recordings) + " recordings, " + std::to_string(result.clips) + " clips");
  return result;
}

}  // namespace luthier
