#include "core/data/splits.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "core/run/rng.h"

namespace luthier {
namespace {

/// Union of clips by shared phrase or recording.
class Groups {
 public:
  explicit Groups(const std::vector<ClipInfo>& clips) : parent_(clips.size()) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    std::map<std::int64_t, std::size_t> phrases;
    std::map<int, std::size_t> recordings;
    for (std::size_t i = 0; i < clips.size(); ++i) {
      if (clips[i].phrase >= 0) join(i, phrases.emplace(clips[i].phrase, i).first->second);
      if (clips[i].recording >= 0) join(i, recordings.emplace(clips[i].recording, i).first->second);
    }
  }
  /// Members of each group, groups in order of their first clip.
  std::vector<std::vector<std::size_t>> members() {
    std::map<std::size_t, std::vector<std::size_t>> by_root;
    for (std::size_t i = 0; i < parent_.size(); ++i) by_root[root(i)].push_back(i);
    std::vector<std::vector<std::size_t>> all;
    for (auto& entry : by_root) all.push_back(std::move(entry.second));
    return all;
  }

 private:
  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    const auto low = std::min(root(a), root(b)), high = std::max(root(a), root(b));
    parent_[high] = low;
  }
  std::vector<std::size_t> parent_;
};

using Group = std::vector<std::size_t>;

void give(std::vector<ClipInfo>& clips, const Group& group, const std::string& split) {
  for (const std::size_t i : group)
    if (clips[i].split.empty()) clips[i].split = split;
}

/// The split that a clip of the group has already; empty: none.
std::string decided(const std::vector<ClipInfo>& clips, const Group& group) {
  for (const std::size_t i : group)
    if (!clips[i].split.empty()) return clips[i].split;
  return {};
}

std::set<std::string> labels_of(const std::vector<ClipInfo>& clips, const Group& group) {
  std::set<std::string> labels;
  for (const std::size_t i : group) labels.insert(clips[i].label);
  return labels;
}

void deal(std::vector<ClipInfo>& clips, std::vector<Group>& groups, Rng& rng) {
  for (std::size_t i = groups.size(); i > 1; --i) std::swap(groups[i - 1], groups[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(i)))]);
  const std::size_t count = groups.size();
  const std::size_t tenth = (count + 5) / 10;
  const std::size_t validation = count < 2 ? 0 : std::max<std::size_t>(1, tenth);
  const std::size_t test = count < 5 ? 0 : std::max<std::size_t>(1, tenth);
  for (std::size_t i = 0; i < count; ++i)
    give(clips, groups[i], i < validation ? "validation" : i < validation + test ? "test" : "train");
}

/// A label that is one group from end to end: its own clips are cut in time.
bool cut_in_time(std::vector<ClipInfo>& clips, const std::vector<std::size_t>& of_label) {
  const std::size_t count = of_label.size();
  if (count < 4) return false;
  const std::size_t tenth = std::max<std::size_t>(1, (count + 5) / 10);
  const std::size_t test = count < 10 ? 0 : tenth;
  for (std::size_t i = 0; i < count; ++i) {
    if (i >= count - tenth) clips[of_label[i]].split = "validation";
    else if (i >= count - tenth - test) clips[of_label[i]].split = "test";
  }
  return true;
}

}  // namespace

std::vector<std::string> assign_splits(std::vector<ClipInfo>& clips, std::uint64_t seed) {
  std::set<std::string> open;  ///< labels with clips to be decided here
  for (const auto& clip : clips)
    if (clip.split.empty()) open.insert(clip.label);
  std::map<std::set<std::string>, std::vector<Group>> strata;
  for (auto& group : Groups(clips).members()) {
    const std::string split = decided(clips, group);
    if (split.empty()) strata[labels_of(clips, group)].push_back(std::move(group));
    else give(clips, group, split);
  }
  Rng rng(seed, 0x5711);
  for (auto& entry : strata) deal(clips, entry.second, rng);

  std::vector<std::string> warnings;
  for (const auto& label : open) {
    std::vector<std::size_t> train;
    bool measured = false, phrases = false;
    for (std::size_t i = 0; i < clips.size(); ++i) {
      if (clips[i].label != label) continue;
      if (clips[i].split == "validation") measured = true;
      if (clips[i].split == "train") train.push_back(i), phrases = phrases || clips[i].phrase >= 0;
    }
    if (measured || phrases) continue;
    if (cut_in_time(clips, train))
      warnings.push_back("All clips of '" + label + "' come from one recording; its validation clips are the last part of it, so the figures flatter.");
  }
  return warnings;
}

}  // namespace luthier
