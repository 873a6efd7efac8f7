#include "core/session/auditions.h"

#include <torch/torch.h>

#include <algorithm>

#include "audio/resampler.h"
#include "core/session/clip_sound.h"
#include "core/session/device.h"
#include "core/transfer/transfer_sound.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

constexpr double kSeconds = 6;  ///< of a clip that are transferred

/// Clips of one label, in order of number.
using ByLabel = std::map<std::string, std::vector<const ClipInfo*>>;

ByLabel unseen_clips(const std::vector<ClipInfo>& clips) {
  const bool any = std::any_of(clips.begin(), clips.end(), [](const ClipInfo& clip) { return clip.split != "train" && clip.id > 0; });
  ByLabel out;
  for (const auto& clip : clips)
    if (clip.id > 0 && (!any || clip.split != "train")) out[clip.label].push_back(&clip);
  for (auto& [label, of] : out) std::sort(of.begin(), of.end(), [](const ClipInfo* a, const ClipInfo* b) { return a->id < b->id; });
  return out;
}

const ClipInfo* same_phrase(const std::vector<const ClipInfo*>& clips, std::int64_t phrase) {
  const auto found = std::find_if(clips.begin(), clips.end(), [&](const ClipInfo* clip) { return phrase >= 0 && clip->phrase == phrase; });
  return found == clips.end() ? nullptr : *found;
}

const ClipInfo& other_phrase(const std::vector<const ClipInfo*>& clips, std::int64_t phrase, std::size_t from) {
  for (std::size_t i = 0; i < clips.size(); ++i)
    if (const auto* clip = clips[(from + i) % clips.size()]; phrase < 0 || clip->phrase != phrase) return *clip;
  return *clips[from % clips.size()];
}

audio::AudioBuffer beginning(const audio::AudioBuffer& sound, int rate) {
  auto samples = audio::resample(sound.mono(), sound.sample_rate, rate);
  samples.resize(std::min(samples.size(), static_cast<std::size_t>(kSeconds * rate)));
  return {rate, std::move(samples)};
}

}  // namespace

std::vector<AuditionCase> choose_auditions(const std::vector<ClipInfo>& clips, std::int64_t count) {
  const ByLabel by_label = unseen_clips(clips);
  std::vector<std::string> labels;
  for (const auto& [label, of] : by_label) labels.push_back(label);
  std::vector<std::pair<std::string, std::string>> directions;
  for (std::size_t away = 1; away < labels.size(); ++away)
    for (std::size_t from = 0; from < labels.size(); ++from) directions.emplace_back(labels[from], labels[(from + away) % labels.size()]);
  std::vector<AuditionCase> cases;
  if (directions.empty()) return cases;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& [from, to] = directions[static_cast<std::size_t>(i) % directions.size()];
    const auto round = static_cast<std::size_t>(i) / directions.size();
    const auto &contents = by_label.at(from), &styles = by_label.at(to);
    const ClipInfo& content = *contents[round % contents.size()];
    const ClipInfo* truth = same_phrase(styles, content.phrase);
    const AuditionCase made{content.id, other_phrase(styles, content.phrase, round + 1).id, truth ? truth->id : 0};
    if (std::find(cases.begin(), cases.end(), made) == cases.end()) cases.push_back(made);
  }
  return cases;
}

std::vector<AuditionCase> named_auditions(db::Catalog& catalog, const std::vector<std::pair<std::int64_t, std::int64_t>>& clips) {
  const auto view_of = [&](std::int64_t id) {
    auto view = catalog.clips().view({id});
    if (!view) throw ConfigError("There is no clip " + std::to_string(id) + " to audition; luthierctl clips lists them.");
    return *view;
  };
  std::vector<AuditionCase> cases;
  for (const auto& [content, style] : clips) {
    const auto from = view_of(content), to = view_of(style);
    AuditionCase made{content, style, 0};
    if (from.clip.phrase)
      for (const auto id : catalog.clips().of_phrase(*from.clip.phrase))
        if (const auto view = catalog.clips().view(id); view && !view->label.empty() && view->label == to.label && id.value != content) made.truth = id.value;
    cases.push_back(made);
  }
  return cases;
}

Auditions::Auditions(const Workspace& workspace, const Family& family, torch::Device device, std::vector<AuditionCase> cases,
                     std::function<void(const std::string&)> warn)
    : workspace_(workspace), family_(family), device_(device), cases_(std::move(cases)), warn_(std::move(warn)) {}

void Auditions::read() {
  const auto catalog = workspace_.open_catalog();
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    try {
      Sounds sounds;
      std::string labels[2];
      for (const auto& [part, id] : {std::pair<const char*, std::int64_t>{"content", cases_[i].content}, {"style", cases_[i].style}, {"truth", cases_[i].truth}}) {
        if (id == 0) continue;
        const auto view = catalog->clips().view({id});
        if (!view) throw SessionError("clip " + std::to_string(id) + " is gone");
        sounds.parts[part] = read_clip(workspace_, *view);
        if (part[0] != 't') labels[part[0] == 's'] = view->label.empty() ? view->name : view->label;
      }
      sounds.title = std::to_string(i + 1) + " " + labels[0] + " to " + labels[1];
      sounds_.push_back(std::move(sounds));
    } catch (const std::exception& error) {
      warn_("Audition " + std::to_string(i + 1) + " is left out: " + error.what());
    }
  }
}

Preview Auditions::preview(const std::string& title, const audio::AudioBuffer& sound, const Representation& representation) const {
  return {title, representation.picture(representation.analyse(sound)), sound.mono(), sound.sample_rate};
}

std::vector<Preview> Auditions::make(const Checkpoint& weights, const std::stop_token& stop) {
  std::vector<Preview> all;
  if (cases_.empty()) return all;
  try {
    const auto model = family_.make_transfer(weights, device_);
    const auto representation = make_representation(model->representation());
    const bool first = !std::exchange(read_, true);
    if (first) {
      read();
      for (auto& sounds : sounds_)
        for (auto& [part, sound] : sounds.parts) sound = beginning(sound, representation->spec().sample_rate);
    }
    for (const auto& sounds : sounds_) {
      if (stop.stop_requested()) return all;
      const SoundTransfer transfer{*model, nullptr, complete(family_.transfer_schema(), {}), {}, 32, 1, /*treble=*/false};
      const auto result = transfer_sound(transfer, sounds.parts.at("content"), sounds.parts.at("style"), {}, stop);
      all.push_back(preview(sounds.title + ": result", result, *representation));
      if (first)
        for (const auto& [part, sound] : sounds.parts) all.push_back(preview(sounds.title + ": " + part, sound, *representation));
    }
  } catch (const Cancelled&) {
    // what is ready is shown; the run is about to stop
  } catch (const std::exception& error) {
    warn_("The auditions are left out: " + (is_out_of_memory(error) ? "the memory is not enough for them beside the training." : error_sentence(error)));
    cases_.clear();
  }
  return all;
}

}  // namespace luthier
