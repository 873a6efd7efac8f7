#include "core/data/clip_loader.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>

#include "audio/reader.h"
#include "core/data/feature_cache.h"
#include "core/data/splits.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

constexpr std::size_t kPage = 500;            ///< rows asked for at once
constexpr std::uint64_t kSplitSeed = 1;       ///< one split for all runs, so that runs can be compared

std::vector<db::ClipView> chosen_rows(db::Catalog& catalog, const ClipChoice& choice) {
  std::vector<db::ClipId> ids;
  for (const std::int64_t id : choice.ids) ids.push_back({id});
  if (ids.empty()) ids = catalog.clips().ids();
  const std::set<std::string> wanted(choice.labels.begin(), choice.labels.end());
  std::vector<db::ClipView> rows;
  for (std::size_t start = 0; start < ids.size(); start += kPage) {
    const auto end = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), start + kPage));
    for (auto& row : catalog.clips().views({ids.begin() + static_cast<std::ptrdiff_t>(start), end})) {
      const bool by_label = !row.clip.excluded && !row.label.empty() && (wanted.empty() || wanted.count(row.label));
      if (!choice.ids.empty() || by_label) rows.push_back(std::move(row));
    }
  }
  return rows;
}

ClipInfo info_of(const db::ClipView& row, const ClipChoice& choice) {
  ClipInfo info;
  info.id = row.clip.id.value;
  info.name = row.name + " (clip " + std::to_string(info.id) + ")";
  info.label = row.label;
  info.phrase = row.clip.phrase ? row.clip.phrase->value : -1;
  info.recording = static_cast<int>(row.clip.recording.value);
  info.source = row.source;
  info.target_allowed = std::find(row.tags.begin(), row.tags.end(), kContentOnlyTag) == row.tags.end();
  const auto given = choice.splits.find(info.id);
  if (given != choice.splits.end()) info.split = given->second;
  else info.split = row.clip.split == db::Split::none ? "" : db::to_text(row.clip.split);
  return info;
}

audio::AudioBuffer read_sound(const ClipSources& sources, const db::ClipView& row) {
  const auto path = sources.resolve(row.path);
  auto sound = audio::read_audio(path, row.clip.start_frame, row.clip.frame_count);
  if (sound.length() < static_cast<std::size_t>(row.clip.frame_count))
    throw audio::AudioError("The file " + path.string() + " is shorter than when it was imported; import it again.");
  for (auto& channel : sound.channels) channel.resize(static_cast<std::size_t>(row.clip.frame_count + row.clip.pad_frames));
  return sound;
}

torch::Tensor features_of(const ClipSources& sources, const db::ClipView& row, const Representation& representation, FeatureCache& cache) {
  if (auto kept = cache.find(row.clip.sha256)) return *kept;
  auto features = representation.analyse(read_sound(sources, row));
  if (representation.spec().kind == "waveform") features = (features * 32768.0f).round().clamp(-32768, 32767).to(at::kShort);
  return cache.store(row.clip.sha256, features);
}

/// Progress with the time that is left, from the pace so far.
class Pace {
 public:
  Pace(const ProgressSink& sink, std::size_t total) : sink_(sink), total_(total), start_(std::chrono::steady_clock::now()) {}
  void show(std::size_t done) const {
    if (!sink_) return;
    const double fraction = static_cast<double>(done) / static_cast<double>(total_);
    const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    sink_({fraction, "reading clip " + std::to_string(std::min(done + 1, total_)) + " of " + std::to_string(total_), fraction > 0.02 ? spent / fraction - spent : -1});
  }

 private:
  const ProgressSink& sink_;
  std::size_t total_;
  std::chrono::steady_clock::time_point start_;
};

void number_labels(ClipSet& set) {
  std::set<std::string> names;
  for (const auto& clip : set.clips) names.insert(clip.label);
  set.labels.assign(names.begin(), names.end());
  for (auto& clip : set.clips)
    clip.label_index = static_cast<int>(std::lower_bound(set.labels.begin(), set.labels.end(), clip.label) - set.labels.begin());
}

}  // namespace

LoadedClips load_clips(const ClipSources& sources, const ClipChoice& choice, const RepresentationSpec& spec,
                       const ProgressSink& progress, std::stop_token stop) {
  LoadedClips out;
  out.clips = std::make_shared<ClipSet>();
  out.clips->representation = spec;
  const auto representation = make_representation(spec);
  FeatureCache cache(sources.cache, spec);
  const auto rows = chosen_rows(sources.catalog, choice);
  const Pace pace(progress, rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (stop.stop_requested()) return out.stopped = true, out;
    pace.show(i);
    const auto& row = rows[i];
    ClipInfo info = info_of(row, choice);
    if (row.clip.seconds < choice.minimum_seconds) {
      char text[96];
      std::snprintf(text, sizeof text, "It lasts %.2f s; this model needs at least %.2f s.", row.clip.seconds, choice.minimum_seconds);
      out.skipped.push_back({info.id, info.name, text});
      continue;
    }
    try {
      out.clips->features.push_back(features_of(sources, row, *representation, cache));
      out.clips->clips.push_back(std::move(info));
      out.hashes.push_back(row.clip.sha256);
    } catch (const std::runtime_error& error) {
      out.skipped.push_back({info.id, info.name, error.what()});
    }
  }
  if (!rows.empty()) pace.show(rows.size());
  number_labels(*out.clips);
  out.warnings = assign_splits(out.clips->clips, kSplitSeed);
  if (!cache.problem().empty()) out.warnings.push_back(cache.problem());
  return out;
}

}  // namespace luthier
