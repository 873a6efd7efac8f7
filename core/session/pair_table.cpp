#include "core/session/pair_table.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "core/data/numpy_random.h"
#include "core/session/csv.h"
#include "core/session/progress_meter.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kMostPairs = 10'000'000;

[[noreturn]] void fail(std::int64_t line, const std::string& what) {
  throw SessionError("line " + std::to_string(line) + " of the pair file " + what);
}

std::int64_t whole(const std::string& cell, const char* column, std::int64_t line) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || value < 0)
    fail(line, "has '" + cell.substr(0, 40) + "' as " + column + ", which is no index (0, 1, 2 …)");
  return value;
}

std::string cells_of(const std::string& label, std::int64_t index) { return csv_cell(label) + ',' + std::to_string(index); }

}  // namespace

std::vector<IndexedPair> generate_indexed_pairs(const LabelCounts& label_counts, std::int64_t count, std::uint32_t seed, const ProgressSink& progress, const std::stop_token& stop) {
  auto labels = label_counts;
  std::sort(labels.begin(), labels.end());
  if (labels.size() < 2)
    throw SessionError("pairs need clips of at least two labels, but there " + std::string(labels.size() == 1 ? "is one" : "are none") +
                       "; import or label some clips of another instrument");
  if (count < 1 || count > kMostPairs) throw SessionError("the number of pairs must be 1 to " + std::to_string(kMostPairs));
  for (const auto& [label, clips] : labels)
    if (clips < 1) throw SessionError("label '" + label + "' has no clips");
  NumpyRandom random(seed);
  std::vector<IndexedPair> pairs;
  pairs.reserve(static_cast<std::size_t>(count));
  ProgressMeter meter(progress, static_cast<double>(count));
  for (std::int64_t row = 0; row < count; ++row) {
    if (row % 4096 == 0) {
      if (stop.stop_requested()) throw SessionError("stopped; no pair set was made");
      meter.report(static_cast<double>(row), "drawing pairs");
    }
    const auto chosen = random.choice(static_cast<std::int64_t>(labels.size()), 2);
    const auto& content = labels[static_cast<std::size_t>(chosen[0])];
    const auto& style = labels[static_cast<std::size_t>(chosen[1])];
    const auto content_index = random.randint(content.second);
    pairs.push_back({content.first, content_index, style.first, random.randint(style.second), {}, 0});
  }
  meter.finish("pairs drawn");
  return pairs;
}

LabelCounts count_files_by_folder(const fs::path& folder) {
  std::error_code error;
  LabelCounts labels;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string label = it->path().filename().string();
    if (!it->is_directory() || label.starts_with('.')) continue;
    std::int64_t count = 0;
    for (fs::directory_iterator file(it->path(), error), last; !error && file != last; file.increment(error))
      count += file->is_regular_file() && !file->path().filename().string().starts_with('.');
    if (count > 0) labels.emplace_back(label, count);
  }
  if (error) throw SessionError("the folder '" + folder.string() + "' cannot be read (" + error.message() + "); it must hold one folder per label");
  return labels;
}

std::string pairs_to_csv(const std::vector<IndexedPair>& pairs, bool targets) {
  std::string text;
  for (const auto& pair : pairs) {
    text += cells_of(pair.content_label, pair.content_index) + ',' + cells_of(pair.style_label, pair.style_index);
    if (targets) text += ',' + (pair.target_label.empty() ? std::string(",") : cells_of(pair.target_label, pair.target_index));
    text += '\n';
  }
  return text;
}

std::vector<IndexedPair> pairs_from_csv(const std::string& text, std::vector<std::int64_t>* lines) {
  std::vector<IndexedPair> pairs;
  std::istringstream in(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);  // some programs write a byte order mark
  std::vector<std::string> cells;
  std::int64_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line == "\r") continue;
    if (!split_csv(line, cells)) fail(number, "opens a quote and does not close it");
    if (cells.size() != 4 && cells.size() != 6)
      fail(number, "has " + std::to_string(cells.size()) + " columns where label1,idx1,label2,idx2 are needed (and label3,idx3 for a target)");
    IndexedPair pair{cells[0], whole(cells[1], "idx1", number), cells[2], whole(cells[3], "idx2", number), {}, 0};
    if (cells.size() == 6 && !cells[4].empty()) {
      pair.target_label = cells[4];
      pair.target_index = whole(cells[5], "idx3", number);
    }
    pairs.push_back(std::move(pair));
    if (lines) lines->push_back(number);
  }
  if (pairs.empty()) throw SessionError("the pair file is empty; it needs lines label1,idx1,label2,idx2");
  return pairs;
}

}  // namespace luthier
