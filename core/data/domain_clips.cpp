#include "core/data/domain_clips.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "core/config/schema.h"

namespace luthier {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    const auto first = part.find_first_not_of(' '), last = part.find_last_not_of(' ');
    if (first != std::string::npos) parts.push_back(part.substr(first, last - first + 1));
  }
  return parts;
}

}  // namespace

DomainClips::DomainClips(std::shared_ptr<const ClipSet> clips, const std::vector<ClipPair>& pairs, const DomainOptions& options,
                         const std::function<void(const std::string&)>& warn)
    : clips_(std::move(clips)), options_(options) {
  choose_labels(options, warn);
  sort_clips(warn);
  find_pairs(pairs);
  if (options_.paired && pairs_[0].empty() && pairs_[1].empty())
    throw ConfigError("No phrase is played by both '" + names_[source] + "' and '" + names_[target] +
                      "': this family learns from pairs, so import clips that share phrases (luthierctl synth makes some) or "
                      "train an unpaired family such as cyclegan.");
  if (pairs_[0].empty()) pairs_[0] = pairs_[1];
  if (pairs_[1].empty()) pairs_[1] = pairs_[0];
}

void DomainClips::choose_labels(const DomainOptions& options, const std::function<void(const std::string&)>& warn) {
  std::vector<std::string> present;
  for (std::size_t i = 0; i < clips_->labels.size(); ++i)
    if (std::any_of(clips_->clips.begin(), clips_->clips.end(), [&](const ClipInfo& c) { return c.label_index == static_cast<int>(i); }))
      present.push_back(clips_->labels[i]);
  if (present.size() < 2)
    throw ConfigError("The clips have " + (present.empty() ? std::string("no label") : "only the label '" + present[0] + "'") +
                      ", but a translation needs two: label clips of another instrument.");
  std::vector<std::string> sides[2] = {listed(options.source_labels), listed(options.target_labels)};
  const auto rest = [&](const std::vector<std::string>& taken) {
    std::vector<std::string> others;
    for (const auto& label : present)
      if (std::find(taken.begin(), taken.end(), label) == taken.end()) others.push_back(label);
    return others;
  };
  const bool chosen = !sides[0].empty() || !sides[1].empty() || present.size() == 2;
  if (sides[0].empty() && sides[1].empty()) sides[target] = {present.back()};
  if (sides[target].empty()) sides[target] = rest(sides[source]);
  if (sides[source].empty()) sides[source] = rest(sides[target]);
  for (const int side : {source, target}) {
    for (const auto& label : sides[side]) {
      const auto found = std::find(clips_->labels.begin(), clips_->labels.end(), label);
      if (found == clips_->labels.end() || std::find(present.begin(), present.end(), label) == present.end())
        throw ConfigError("No clip has the label '" + label + "'; the labels are: " + joined(present) + ".");
      if (side == target && std::find(sides[source].begin(), sides[source].end(), label) != sides[source].end())
        throw ConfigError("The label '" + label + "' is on both sides; take it out of source_labels or target_labels.");
      labels_[side].push_back(static_cast<int>(found - clips_->labels.begin()));
    }
    names_[side] = joined(sides[side]);
    if (labels_[side].empty())
      throw ConfigError("All labels are on one side; leave one out of source_labels or target_labels.");
  }
  if (!chosen && warn)
    warn("No labels were chosen: translating " + names_[source] + " to " + names_[target] + "; set target_labels for another.");
}

int DomainClips::domain_of(int label) const {
  for (const int side : {source, target})
    if (std::find(labels_[side].begin(), labels_[side].end(), label) != labels_[side].end()) return side;
  return -1;
}

void DomainClips::sort_clips(const std::function<void(const std::string&)>& warn) {
  std::int64_t short_ones = 0;
  for (std::size_t i = 0; i < clips_->size(); ++i) {
    const auto& info = clips_->clips[i];
    const int side = domain_of(info.label_index);
    if (side < 0 || info.split == "test" || (side == target && !info.target_allowed)) continue;
    if (clips_->features[i].size(-1) < options_.frames) {
      ++short_ones;
      continue;
    }
    members_[side][info.split == "train" ? 0 : 1].push_back(static_cast<std::int64_t>(i));
  }
  const auto& spec = clips_->representation;
  std::ostringstream seconds;
  seconds.precision(3);
  seconds << static_cast<double>(options_.frames) * spec.hop / spec.sample_rate;
  for (const int side : {source, target}) {
    auto& mine = members_[side];
    if (mine[0].empty()) mine[0] = mine[1];
    if (mine[1].empty()) mine[1] = mine[0];
    if (mine[0].empty())
      throw ConfigError("No clip of '" + names_[side] + "' can be trained on: clips must be at least " + seconds.str() +
                        " s long and outside the test split; import longer ones or lower 'frames'.");
  }
  if (short_ones > 0 && warn)
    warn(std::to_string(short_ones) + " clips are shorter than " + seconds.str() + " s and are left out.");
}

void DomainClips::find_pairs(const std::vector<ClipPair>& pairs) {
  std::map<std::int64_t, std::vector<std::int64_t>> sources;
  for (const int part : {0, 1})
    for (const auto clip : members_[source][part])
      if (const auto phrase = clips_->clips[static_cast<std::size_t>(clip)].phrase; phrase >= 0) {
        auto& list = sources[phrase];
        if (std::find(list.begin(), list.end(), clip) == list.end()) list.push_back(clip);
      }
  const auto add = [&](std::int64_t from, std::int64_t to) {
    const auto split = [&](std::int64_t clip) { return clips_->clips[static_cast<std::size_t>(clip)].split; };
    const bool validation = split(from) != "train" || split(to) != "train";
    pairs_[validation ? 1 : 0].emplace_back(from, to);
  };
  const bool same = members_[target][0] == members_[target][1];
  for (const int part : {0, 1}) {
    if (part == 1 && same) break;
    for (const auto clip : members_[target][part]) {
      const auto found = sources.find(clips_->clips[static_cast<std::size_t>(clip)].phrase);
      if (found == sources.end()) continue;
      for (const auto from : found->second) add(from, clip);
    }
  }
  const auto usable = [&](std::int64_t clip, int side) {
    return clip >= 0 && clip < static_cast<std::int64_t>(clips_->size()) &&
           domain_of(clips_->clips[static_cast<std::size_t>(clip)].label_index) == side &&
           clips_->clips[static_cast<std::size_t>(clip)].split != "test" &&
           (side == source || clips_->clips[static_cast<std::size_t>(clip)].target_allowed) &&
           length_of(clip) >= options_.frames;
  };
  for (const auto& pair : pairs)
    if (usable(pair.content, source) && usable(pair.target, target)) add(pair.content, pair.target);
}

std::int64_t DomainClips::bins() const { return clips_->features.front().size(1); }
std::int64_t DomainClips::channels() const { return clips_->features.front().size(0); }

std::int64_t DomainClips::starts(std::int64_t frames) const { return 1 + (frames - options_.frames) / options_.grid; }

std::int64_t DomainClips::chunks(std::int64_t frames) const {
  return options_.grid > 1 ? starts(frames) : std::max<std::int64_t>(1, frames / options_.frames);
}

std::int64_t DomainClips::length_of(std::int64_t clip) const { return clips_->features[static_cast<std::size_t>(clip)].size(-1); }

std::int64_t DomainClips::crops_of_epoch() const {
  std::int64_t most = 0;
  for (const int side : {source, target}) {
    std::int64_t count = 0;
    for (const auto clip : members_[side][0]) count += chunks(length_of(clip));
    most = std::max(most, count);
  }
  return most;
}

std::int64_t DomainClips::pairs_of_epoch() const {
  std::int64_t count = 0;
  for (const auto& [from, to] : pairs_[0]) count += chunks(std::min(length_of(from), length_of(to)));
  return count;
}

torch::Tensor DomainClips::crop(std::int64_t clip, std::int64_t start) const {
  return clips_->features[static_cast<std::size_t>(clip)].narrow(-1, start, options_.frames);
}

torch::Tensor DomainClips::draw(int domain, std::int64_t batch, Rng& rng) const {
  std::vector<torch::Tensor> crops;
  const auto& list = members_[domain][0];
  for (std::int64_t i = 0; i < batch; ++i) {
    const auto clip = list[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(list.size())))];
    crops.push_back(crop(clip, rng.below(starts(length_of(clip))) * options_.grid));
  }
  return at::stack(crops);
}

std::pair<torch::Tensor, torch::Tensor> DomainClips::draw_pairs(std::int64_t batch, Rng& rng) const {
  std::vector<torch::Tensor> from, to;
  for (std::int64_t i = 0; i < batch; ++i) {
    const auto& pair = pairs_[0][static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(pairs_[0].size())))];
    const auto length = std::min(length_of(pair.first), length_of(pair.second));
    const auto start = rng.below(starts(length)) * options_.grid;
    from.push_back(crop(pair.first, start));
    to.push_back(crop(pair.second, start));
  }
  return {at::stack(from), at::stack(to)};
}

torch::Tensor DomainClips::fixed(int domain, std::int64_t most) const {
  std::vector<torch::Tensor> crops;
  const auto& list = members_[domain][1];
  const auto count = std::min<std::int64_t>(most, static_cast<std::int64_t>(list.size()));
  for (std::int64_t i = 0; i < count; ++i)
    crops.push_back(crop(list[static_cast<std::size_t>(i * static_cast<std::int64_t>(list.size()) / count)], 0));
  return at::stack(crops);
}

std::pair<torch::Tensor, torch::Tensor> DomainClips::fixed_pairs(std::int64_t most) const {
  std::vector<torch::Tensor> from, to;
  const auto& list = pairs_[1];
  if (list.empty()) return {};
  const auto count = std::min<std::int64_t>(most, static_cast<std::int64_t>(list.size()));
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& pair = list[static_cast<std::size_t>(i * static_cast<std::int64_t>(list.size()) / count)];
    from.push_back(crop(pair.first, 0));
    to.push_back(crop(pair.second, 0));
  }
  return {at::stack(from), at::stack(to)};
}

torch::Tensor DomainClips::statistics() const {
  std::vector<torch::Tensor> sides;
  for (const int side : {source, target}) {
    const auto& list = members_[side][0];
    const std::size_t count = std::min<std::size_t>(list.size(), 200);
    torch::Tensor sum;
    for (std::size_t i = 0; i < count; ++i) {
      const auto clip = list[i * list.size() / count];
      const auto one = band_statistics(clips_->features[static_cast<std::size_t>(clip)]);
      sum = sum.defined() ? sum + one : one;
    }
    sides.push_back(sum / static_cast<double>(count));
  }
  return at::stack(sides);
}

torch::Tensor band_statistics(const torch::Tensor& features) {
  const auto bands = features[0].to(at::kFloat);
  return at::stack({bands.mean(1), bands.std(1, /*unbiased=*/false)});
}

std::pair<double, double> domain_distances(const torch::Tensor& statistics, const torch::Tensor& features) {
  const auto shape = [](const torch::Tensor& s) { return s.select(-2, 0) - s.select(-2, 0).mean(-1, /*keepdim=*/true); };
  const auto mine = band_statistics(features);
  const auto distance = (shape(statistics) - shape(mine).unsqueeze(0)).abs().mean(1) +
                        (statistics.select(1, 1) - mine[1].unsqueeze(0)).abs().mean(1);
  return {distance[0].item<double>(), distance[1].item<double>()};
}

int nearer_domain(const torch::Tensor& statistics, const torch::Tensor& features) {
  const auto [source, target] = domain_distances(statistics, features);
  return source <= target ? 0 : 1;
}

}  // namespace luthier
