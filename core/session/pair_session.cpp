#include "core/session/pair_session.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "audio/random.h"
#include "core/data/numpy_random.h"
#include "core/session/clip_names.h"
#include "db/clip_store.h"
#include "db/pair_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

/// The clips of clip_names.h with their rows: the index of a pair counts in that order, as files of the exported folder.
std::map<std::string, std::vector<db::ClipView>> clips_by_label(db::Catalog& catalog) {
  std::map<std::string, std::vector<db::ClipView>> groups;
  for (const auto& [label, clips] : named_clips(catalog)) {
    std::vector<db::ClipId> ids;
    for (const auto& clip : clips) ids.push_back(clip.id);
    groups[label] = catalog.clips().views(ids);
  }
  return groups;
}

std::string made_up_name(const char* kind, std::int64_t count, std::uint32_t seed, db::Catalog& catalog) {
  const std::string base = std::string(kind) + " " + std::to_string(count) + " seed " + std::to_string(seed);
  std::string name = base;
  for (int i = 2; catalog.pairs().find_set(name); ++i) name = base + " (" + std::to_string(i) + ")";
  return name;
}

PairSetSummary keep(db::Catalog& catalog, const std::string& name, const char* kind, std::uint32_t seed, const std::vector<db::PairRow>& pairs) {
  db::Transaction all(catalog);
  db::PairSetRow row;
  row.name = name;
  row.kind = kind;
  row.seed = seed;
  const auto id = catalog.pairs().add_set(row);
  catalog.pairs().add(id, pairs);
  all.commit();
  return {name, static_cast<std::int64_t>(pairs.size())};
}

std::unique_ptr<db::Catalog> writable(const Workspace& workspace) {
  auto catalog = workspace.open_catalog();
  if (catalog->read_only()) throw SessionError("the workspace '" + workspace.folder().string() + "' is read-only; make it writable first");
  return catalog;
}

std::vector<std::pair<std::string, std::int64_t>> counts_of(const std::map<std::string, std::vector<db::ClipView>>& groups) {
  std::vector<std::pair<std::string, std::int64_t>> counts;
  for (const auto& [label, clips] : groups) counts.emplace_back(label, static_cast<std::int64_t>(clips.size()));
  return counts;
}

void need_two_labels(std::size_t labels) {
  if (labels < 2)
    throw SessionError("pairs need clips of at least two labels, but there " + std::string(labels == 1 ? "is one" : "are none") +
                       "; import or label some clips of another instrument");
}

db::PairSetRow find_set(db::Catalog& catalog, const std::string& name) {
  if (name.empty()) {
    const auto sets = catalog.pairs().sets();
    if (sets.empty()) throw SessionError("there is no pair set yet; make one with 'pairs generate'");
    return sets.front();
  }
  if (auto row = catalog.pairs().find_set(name)) return *row;
  throw SessionError("there is no pair set '" + name + "'; 'pairs list' shows those there are");
}

}  // namespace

std::vector<IndexedPair> generate_indexed_pairs(const std::vector<std::pair<std::string, std::int64_t>>& label_counts, std::int64_t count, std::uint32_t seed) {
  auto labels = label_counts;
  std::sort(labels.begin(), labels.end());
  need_two_labels(labels.size());
  if (count < 1) throw SessionError("the number of pairs must be at least 1");
  for (const auto& [label, clips] : labels)
    if (clips < 1) throw SessionError("label '" + label + "' has no clips");
  NumpyRandom random(seed);
  std::vector<IndexedPair> pairs;
  pairs.reserve(static_cast<std::size_t>(count));
  for (std::int64_t row = 0; row < count; ++row) {
    const auto chosen = random.choice(static_cast<std::int64_t>(labels.size()), 2);
    const auto& content = labels[static_cast<std::size_t>(chosen[0])];
    const auto& style = labels[static_cast<std::size_t>(chosen[1])];
    const auto content_index = random.randint(content.second);
    pairs.push_back({content.first, content_index, style.first, random.randint(style.second)});
  }
  return pairs;
}

std::string pairs_to_csv(const std::vector<IndexedPair>& pairs) {
  std::string text;
  for (const auto& pair : pairs)
    text += pair.content_label + "," + std::to_string(pair.content_index) + "," + pair.style_label + "," + std::to_string(pair.style_index) + "\n";
  return text;
}

std::vector<IndexedPair> pairs_from_csv(const std::string& text) {
  std::vector<IndexedPair> pairs;
  std::istringstream lines(text);
  std::int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    const std::string where = "line " + std::to_string(number) + " of the pair file ";
    if (cells.size() != 4) throw SessionError(where + "has " + std::to_string(cells.size()) + " columns where label1,idx1,label2,idx2 are needed");
    const auto whole = [&](const std::string& cell, const char* column) {
      std::int64_t value = -1;
      const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
      if (error != std::errc() || end != cell.data() + cell.size() || value < 0)
        throw SessionError(where + "has '" + cell.substr(0, 40) + "' as " + column + ", which is no index (0, 1, 2 …)");
      return value;
    };
    pairs.push_back({cells[0], whole(cells[1], "idx1"), cells[2], whole(cells[3], "idx2")});
  }
  if (pairs.empty()) throw SessionError("the pair file is empty; it needs lines label1,idx1,label2,idx2");
  return pairs;
}

namespace {

std::vector<db::PairRow> resolve(const std::map<std::string, std::vector<db::ClipView>>& groups, const std::vector<IndexedPair>& pairs) {
  std::vector<db::PairRow> rows;
  std::int64_t number = 0;
  const auto clip = [&](const std::string& label, std::int64_t index) {
    const auto found = groups.find(label);
    const std::string where = "pair " + std::to_string(number) + " names ";
    if (found == groups.end()) throw SessionError(where + "label '" + label.substr(0, 60) + "', which no clip carries");
    if (index >= static_cast<std::int64_t>(found->second.size()))
      throw SessionError(where + "clip " + std::to_string(index) + " of '" + label + "', which has " + std::to_string(found->second.size()) + " (0 to " +
                         std::to_string(found->second.size() - 1) + ")");
    return found->second[static_cast<std::size_t>(index)].clip.id;
  };
  for (const auto& pair : pairs) {
    ++number;
    db::PairRow row;
    row.content = clip(pair.content_label, pair.content_index);
    row.style = clip(pair.style_label, pair.style_index);
    row.reason = "drawn at random";
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

PairSetSummary generate_pairs(const Workspace& workspace, std::int64_t count, std::uint32_t seed, const std::string& name) {
  const auto catalog = writable(workspace);
  const auto groups = clips_by_label(*catalog);
  const auto pairs = generate_indexed_pairs(counts_of(groups), count, seed);
  return keep(*catalog, name.empty() ? made_up_name("random", count, seed, *catalog) : name, "generated", seed, resolve(groups, pairs));
}

PairSetSummary generate_phrase_pairs(const Workspace& workspace, std::int64_t count, std::uint32_t seed, const std::string& name) {
  const auto catalog = writable(workspace);
  const auto groups = clips_by_label(*catalog);
  need_two_labels(groups.size());
  std::map<std::int64_t, std::vector<const db::ClipView*>> by_phrase;
  for (const auto& [label, clips] : groups)
    for (const auto& view : clips)
      if (view.clip.phrase) by_phrase[view.clip.phrase->value].push_back(&view);
  audio::Random random(seed);
  std::vector<db::PairRow> rows;
  for (const auto& [phrase, members] : by_phrase)
    for (const auto* content : members)
      for (const auto* target : members) {
        if (content->label == target->label || content->clip.split != target->clip.split) continue;
        std::vector<const db::ClipView*> styles;  // another phrase, same instrument, same split: no leak from test to training
        for (const auto& view : groups.at(target->label))
          if (view.clip.phrase != target->clip.phrase && view.clip.split == target->clip.split) styles.push_back(&view);
        if (styles.empty()) continue;
        db::PairRow row;
        row.content = content->clip.id;
        row.target = target->clip.id;
        row.style = styles[static_cast<std::size_t>(random.integer(0, static_cast<int>(styles.size()) - 1))]->clip.id;
        row.reason = "same phrase, " + target->label + " instead of " + content->label;
        rows.push_back(row);
      }
  if (rows.empty())
    throw SessionError("no two clips of different labels share a phrase; render some with 'synth' or make random pairs");
  for (std::size_t i = rows.size(); i-- > 1;) std::swap(rows[i], rows[static_cast<std::size_t>(random.integer(0, static_cast<int>(i)))]);
  if (count > 0 && static_cast<std::int64_t>(rows.size()) > count) rows.resize(static_cast<std::size_t>(count));
  return keep(*catalog, name.empty() ? made_up_name("phrases", static_cast<std::int64_t>(rows.size()), seed, *catalog) : name, "phrase", seed, rows);
}

PairSetSummary import_pairs(const Workspace& workspace, const fs::path& csv, const std::string& name) {
  std::ifstream file(csv, std::ios::binary);
  if (!file) throw SessionError("the pair file '" + csv.string() + "' cannot be opened; check the path");
  std::ostringstream text;
  text << file.rdbuf();
  const auto pairs = pairs_from_csv(text.str());
  const auto catalog = writable(workspace);
  const auto rows = resolve(clips_by_label(*catalog), pairs);
  return keep(*catalog, name.empty() ? made_up_name(csv.stem().c_str(), static_cast<std::int64_t>(rows.size()), 0, *catalog) : name, "imported", 0, rows);
}

std::int64_t export_pairs(const Workspace& workspace, const fs::path& csv, const std::string& name) {
  const auto catalog = workspace.open_catalog();
  std::map<std::int64_t, std::pair<std::string, std::int64_t>> place;
  for (const auto& [label, clips] : clips_by_label(*catalog))
    for (std::size_t i = 0; i < clips.size(); ++i) place[clips[i].clip.id.value] = {label, static_cast<std::int64_t>(i)};
  std::vector<IndexedPair> pairs;
  for (const auto& row : catalog->pairs().pairs(find_set(*catalog, name).id)) {
    const auto content = place.find(row.content.value), style = place.find(row.style.value);
    if (content == place.end() || style == place.end())
      throw SessionError("the pair set holds a clip that is excluded or has lost its label; label it again before the export");
    pairs.push_back({content->second.first, content->second.second, style->second.first, style->second.second});
  }
  std::ofstream out(csv, std::ios::binary);
  out << pairs_to_csv(pairs);
  out.close();
  if (!out) throw SessionError("'" + csv.string() + "' could not be written; choose a folder that can be written");
  return static_cast<std::int64_t>(pairs.size());
}

std::vector<PairSetSummary> list_pair_sets(const Workspace& workspace) {
  std::vector<PairSetSummary> all;
  for (const auto& row : workspace.open_catalog()->pairs().sets()) all.push_back({row.name, row.pairs});
  return all;
}

}  // namespace luthier
