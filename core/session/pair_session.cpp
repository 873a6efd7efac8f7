#include "core/session/pair_session.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <tuple>

#include "core/session/clip_names.h"
#include "core/session/phrase_pairs.h"
#include "core/session/outputs.h"
#include "core/session/progress_meter.h"
#include "core/session/sound_files.h"
#include "core/session/text_file.h"
#include "db/clip_store.h"
#include "db/edit_journal.h"
#include "db/pair_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using Groups = std::map<std::string, std::vector<NamedClip>>;

bool is_held_out(db::Split split) { return split == db::Split::validation || split == db::Split::test; }

std::string made_up_name(const std::string& kind, std::int64_t count, std::uint32_t seed, db::Catalog& catalog) {
  const std::string base = kind + " " + std::to_string(count) + " seed " + std::to_string(seed);
  std::string name = base;
  for (int i = 2; catalog.pairs().find_set(name); ++i) name = base + " (" + std::to_string(i) + ")";
  return name;
}

PairSetSummary keep(db::Catalog& catalog, const std::string& name, const char* kind, std::uint32_t seed, const std::vector<db::PairRow>& pairs,
                    const ProgressSink& progress = {}, const std::stop_token& stop = {}) {
  db::Transaction all(catalog);
  db::PairSetRow row;
  row.name = name;
  row.kind = kind;
  row.seed = seed;
  const auto set = catalog.pairs().add_set(row);
  constexpr std::size_t kPage = 20'000;
  ProgressMeter meter(progress, static_cast<double>(pairs.size()));
  for (std::size_t first = 0; first < pairs.size(); first += kPage) {
    if (stop.stop_requested()) throw SessionError("stopped; no pair set was made");
    meter.report(static_cast<double>(first), "writing pairs");
    const auto begin = pairs.begin() + static_cast<std::ptrdiff_t>(first);
    catalog.pairs().add(set, {begin, begin + static_cast<std::ptrdiff_t>(std::min(kPage, pairs.size() - first))});
  }
  all.commit();
  PairSetSummary summary{name, static_cast<std::int64_t>(pairs.size()), kind};
  summary.with_target = std::count_if(pairs.begin(), pairs.end(), [](const db::PairRow& pair) { return pair.target.has_value(); });
  return summary;
}

std::unique_ptr<db::Catalog> writable(const Workspace& workspace) {
  auto catalog = workspace.open_catalog();
  if (catalog->read_only()) throw SessionError(why_read_only(workspace));
  return catalog;
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

const NamedClip& clip_at(const Groups& groups, const std::string& label, std::int64_t index, std::int64_t line) {
  const auto found = groups.find(label);
  const std::string where = "line " + std::to_string(line) + " of the pair file names ";
  if (found == groups.end()) throw SessionError(where + "label '" + label.substr(0, 60) + "', which no clip carries");
  const auto count = static_cast<std::int64_t>(found->second.size());
  if (index >= count)
    throw SessionError(where + "clip " + std::to_string(index) + " of '" + label + "', which has " + std::to_string(count) + " (0 to " +
                       std::to_string(count - 1) + ")");
  return found->second[static_cast<std::size_t>(index)];
}

/// Refuses a file with what is wrong in each line, the first few in full.
void refuse_lines(const std::vector<std::string>& problems) {
  constexpr std::size_t kTold = 5;
  if (problems.empty()) return;
  std::string words = "nothing was imported: ";
  for (std::size_t i = 0; i < std::min(kTold, problems.size()); ++i) words += (i ? " " : "") + problems[i];
  if (problems.size() > kTold) words += " So it is with " + std::to_string(problems.size() - kTold) + " more lines.";
  throw SessionError(words);
}

/// `lines` empty: pairs that were drawn, which need no check.
std::vector<db::PairRow> resolve(const Groups& groups, const std::vector<IndexedPair>& pairs, const std::vector<std::int64_t>& lines, const char* reason) {
  std::vector<db::PairRow> rows;
  rows.reserve(pairs.size());
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const IndexedPair& pair = pairs[i];
    const std::int64_t line = lines.empty() ? static_cast<std::int64_t>(i) + 1 : lines[i];
    const auto clip = [&](const std::string& label, std::int64_t index) {
      const NamedClip& named = clip_at(groups, label, index, line);
      return PairedClip{named.id, named.split};
    };
    const PairedClip content = clip(pair.content_label, pair.content_index), style = clip(pair.style_label, pair.style_index);
    std::optional<PairedClip> target;
    if (!pair.target_label.empty()) target = clip(pair.target_label, pair.target_index);
    if (!lines.empty())
      if (const auto problem = pair_problem(content, style, target); !problem.empty()) problems.push_back("line " + std::to_string(line) + ": " + problem);
    db::PairRow row;
    row.content = content.id, row.style = style.id;
    if (target) row.target = target->id;
    row.reason = reason;
    rows.push_back(row);
  }
  refuse_lines(problems);
  return rows;
}

bool one_line(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return std::iscntrl(c) != 0; });
}

std::string use_of(db::Split split) { return is_held_out(split) ? std::string("kept for ") + db::to_text(split) : "for training"; }

}  // namespace

std::string pair_problem(const PairedClip& content, const PairedClip& style, const std::optional<PairedClip>& target) {
  const auto number = [](const PairedClip& clip) { return std::to_string(clip.id.value); };
  if (content.id == style.id) return "Content and style are the same clip (" + number(content) + "); choose another for one of them.";
  if (target && content.id == target->id) return "Content and target are the same clip (" + number(content) + "); the target is the content's notes by another instrument.";
  const auto parted = [&](const PairedClip& other, const std::string& role) {
    if (use_of(content.split) == use_of(other.split)) return std::string();
    return "The content (clip " + number(content) + ") is " + use_of(content.split) + ", the " + role + " (clip " + number(other) + ") is " + use_of(other.split) +
           "; choose clips of one split, so that what is measured on is never trained on.";
  };
  std::string problem = parted(style, "style");
  return problem.empty() && target ? parted(*target, "target") : problem;
}

PairSetSummary generate_pairs(const Workspace& workspace, std::int64_t count, std::uint32_t seed, const std::string& name, const ProgressSink& progress,
                              const std::stop_token& stop) {
  const auto catalog = writable(workspace);
  if (catalog->pairs().find_set(name)) throw SessionError("there is a pair set '" + name + "' already; choose another name");
  Groups groups = named_clips(*catalog);
  std::int64_t kept_out = 0;
  for (auto& [label, clips] : groups)
    kept_out += static_cast<std::int64_t>(std::erase_if(clips, [](const NamedClip& clip) { return is_held_out(clip.split); }));
  std::erase_if(groups, [](const auto& group) { return group.second.empty(); });
  LabelCounts counts;
  for (const auto& [label, clips] : groups) counts.emplace_back(label, static_cast<std::int64_t>(clips.size()));
  const auto rows = resolve(groups, generate_indexed_pairs(counts, count, seed, progress, stop), {}, "drawn at random");
  auto summary = keep(*catalog, name.empty() ? made_up_name("random", count, seed, *catalog) : name, "generated", seed, rows, progress, stop);
  summary.kept_out = kept_out;
  return summary;
}

PairSetSummary generate_phrase_pairs(const Workspace& workspace, std::int64_t count, std::uint32_t seed, const std::string& name) {
  const auto catalog = writable(workspace);
  const auto rows = phrase_pairs(*catalog, count, seed);
  return keep(*catalog, name.empty() ? made_up_name("phrases", static_cast<std::int64_t>(rows.size()), seed, *catalog) : name, "phrase", seed, rows);
}

PairSetSummary import_pairs(const Workspace& workspace, const fs::path& csv, const std::string& name) {
  std::vector<std::int64_t> lines;
  const auto pairs = pairs_from_csv(read_text(csv), &lines);
  const auto catalog = writable(workspace);
  const auto rows = resolve(named_clips(*catalog), pairs, lines, "imported");
  return keep(*catalog, name.empty() ? made_up_name(csv.stem().string(), static_cast<std::int64_t>(rows.size()), 0, *catalog) : name, "imported", 0, rows);
}

std::int64_t export_pairs(const Workspace& workspace, const fs::path& csv, const std::string& name, bool targets) {
  const auto catalog = workspace.open_catalog();
  std::map<std::int64_t, std::pair<std::string, std::int64_t>> places;
  for (const auto& [label, clips] : named_clips(*catalog))
    for (std::size_t i = 0; i < clips.size(); ++i) places[clips[i].id.value] = {label, static_cast<std::int64_t>(i)};
  const auto place = [&](db::ClipId clip) {
    const auto found = places.find(clip.value);
    if (found == places.end())
      throw SessionError("clip " + std::to_string(clip.value) + " of the pair set is excluded, missing or has lost its label, so it has no index; put that right before the export");
    return found->second;
  };
  std::vector<IndexedPair> pairs;
  for (const auto& row : catalog->pairs().pairs(find_set(*catalog, name).id)) {
    const auto content = place(row.content), style = place(row.style);
    IndexedPair pair{content.first, content.second, style.first, style.second, {}, 0};
    if (targets && row.target) std::tie(pair.target_label, pair.target_index) = place(*row.target);
    pairs.push_back(std::move(pair));
  }
  write_whole(csv, pairs_to_csv(pairs, targets));
  return static_cast<std::int64_t>(pairs.size());
}

std::vector<PairSetSummary> list_pair_sets(const Workspace& workspace) {
  const auto catalog = workspace.open_catalog();
  std::vector<PairSetSummary> all;
  for (const auto& set : catalog->pairs().sets()) {
    PairSetSummary summary{set.name, set.pairs, set.kind};
    for (const auto& row : catalog->pairs().pairs(set.id)) summary.with_target += row.target.has_value();
    all.push_back(summary);
  }
  return all;
}

void remove_pair_set(const Workspace& workspace, const std::string& name) {
  const auto catalog = writable(workspace);
  if (name.empty()) throw SessionError("name the pair set to remove; 'pairs list' shows those there are");
  db::Edit edit(*catalog, "remove the pair set " + name);
  catalog->pairs().remove_set(find_set(*catalog, name).id);
  edit.commit();
}

void add_pair(db::Catalog& catalog, const std::string& set, db::PairRow pair) {
  if (set.empty()) throw SessionError("name the pair set that the pair shall go to");
  if (!one_line(pair.reason)) throw SessionError("the reason of a pair is one line of text");
  const auto clip = [&](db::ClipId id) {
    const auto row = catalog.clips().get(id);
    if (!row) throw SessionError("there is no clip " + std::to_string(id.value) + "; luthierctl clips lists them");
    return PairedClip{id, row->split};
  };
  const PairedClip content = clip(pair.content), style = clip(pair.style);
  const auto problem = pair_problem(content, style, pair.target ? std::optional(clip(*pair.target)) : std::nullopt);
  if (!problem.empty()) throw SessionError(problem);
  if (pair.reason.empty()) pair.reason = "chosen by hand";
  const auto known = catalog.pairs().find_set(set);
  db::PairSetRow fresh;
  fresh.name = set, fresh.kind = "manual";
  catalog.pairs().add(known ? known->id : catalog.pairs().add_set(fresh), {pair});
}

void add_pair(const Workspace& workspace, const std::string& set, std::int64_t content, std::int64_t style, std::int64_t target, const std::string& reason) {
  const auto catalog = writable(workspace);
  db::PairRow pair;
  pair.content = {content}, pair.style = {style}, pair.reason = reason;
  if (target != 0) pair.target = db::ClipId{target};
  db::Edit edit(*catalog, "add a pair to " + set);
  add_pair(*catalog, set, pair);
  edit.commit();
}

std::vector<db::PairRow> pairs_of_set(const Workspace& workspace, const std::string& set) {
  const auto catalog = workspace.open_catalog();
  return catalog->pairs().pairs(find_set(*catalog, set).id);
}

void remove_pairs(const Workspace& workspace, const std::string& set, const std::vector<std::int64_t>& rows) {
  const auto catalog = writable(workspace);
  const auto ids = catalog->pairs().ids(find_set(*catalog, set).id);
  std::vector<db::PairId> gone;
  for (const std::int64_t row : rows) {
    if (row < 1 || row > static_cast<std::int64_t>(ids.size()))
      throw SessionError("the pair set '" + set + "' has no row " + std::to_string(row) + " (1 to " + std::to_string(ids.size()) + ")");
    gone.push_back(ids[static_cast<std::size_t>(row - 1)]);
  }
  db::Edit edit(*catalog, gone.size() == 1 ? "remove a pair" : "remove " + std::to_string(gone.size()) + " pairs");
  catalog->pairs().remove(gone);
  edit.commit();
}

void rename_pair_set(db::Catalog& catalog, db::PairSetId set, const std::string& name) {
  constexpr std::size_t kLongest = 120;  // bytes
  if (name.empty() || name.size() > kLongest || !one_line(name)) throw SessionError("the name of a pair set is one line of 1 to " + std::to_string(kLongest) + " bytes");
  if (const auto other = catalog.pairs().find_set(name); other && other->id != set) throw SessionError("there is a pair set '" + name + "' already; choose another name");
  catalog.pairs().rename_set(set, name);
}

void rename_pair_set(const Workspace& workspace, const std::string& set, const std::string& name) {
  const auto catalog = writable(workspace);
  if (set.empty()) throw SessionError("name the pair set to rename; 'pairs list' shows those there are");
  const auto known = find_set(*catalog, set);
  db::Edit edit(*catalog, "rename the pair set " + set + " to " + name);
  rename_pair_set(*catalog, known.id, name);
  edit.commit();
}

}  // namespace luthier
