#include "core/families/disentangled/section_clips.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <sstream>

namespace luthier::disentangled {
namespace {

constexpr double kLevel = 0.07;  ///< RMS

std::map<std::string, std::string> listed_files(const std::string& text) {
  std::map<std::string, std::string> files;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    const auto first = part.find_first_not_of(' ');
    if (first == std::string::npos) continue;
    part = part.substr(first, part.find_last_not_of(' ') - first + 1);
    const auto equals = part.find('=');
    if (equals == std::string::npos) files[""] = part;
    else files[part.substr(0, equals)] = part.substr(equals + 1);
  }
  return files;
}

torch::Tensor fade(std::int64_t length, std::int64_t in, std::int64_t out) {
  auto weights = at::ones({length});
  if (in > 0) weights.narrow(0, 0, in).copy_((at::arange(in) + 0.5) / static_cast<double>(in));
  // Overlaps of more than half a section meet: the product keeps every weight above 0.
  if (out > 0) weights.narrow(0, length - out, out).mul_(1.0 - (at::arange(out) + 0.5) / static_cast<double>(out));
  return weights;
}

}  // namespace

std::int64_t section_count(std::int64_t frames, const Settings& s) {
  return frames <= s.window ? 1 : 1 + (frames - s.window + s.step() - 1) / s.step();
}

torch::Tensor heard_part(const torch::Tensor& features, const Settings& s) {
  const std::int64_t frames = features.size(2), count = section_count(frames, s);
  const bool brief_tail = count > 1 && 2 * (frames - (count - 1) * s.step()) < s.window;
  return brief_tail ? features.narrow(2, 0, s.window + (count - 2) * s.step()) : features;
}

torch::Tensor to_and_fro(const torch::Tensor& features, std::int64_t frames) {
  const std::int64_t given = features.size(2), period = std::max<std::int64_t>(1, 2 * given - 2);
  if (given >= frames) return features;
  std::vector<std::int64_t> index;
  std::vector<float> sign;
  for (std::int64_t t = 0; t < frames; ++t) {
    const auto place = t % period;
    index.push_back(place < given ? place : period - place);
    sign.push_back(place < given ? 1.0f : -1.0f);
  }
  auto out = features.index_select(2, at::tensor(index, at::kLong));
  out[1].mul_(at::tensor(sign));
  return out;
}

torch::Tensor filled_up(const torch::Tensor& features, const Settings& s) {
  return to_and_fro(features, s.window + (section_count(features.size(2), s) - 1) * s.step());
}

torch::Tensor cut_sections(const torch::Tensor& features, const Settings& s) {
  const auto whole = filled_up(features, s);
  return whole.unfold(2, s.window, s.step()).permute({2, 0, 3, 1});
}

torch::Tensor join_sections(const torch::Tensor& sections, const Settings& s) {
  const std::int64_t count = sections.size(0), frames = s.window + (count - 1) * s.step();
  auto sum = at::zeros({2, sections.size(3), frames}, sections.options()), weight = at::zeros({frames});
  for (std::int64_t i = 0; i < count; ++i) {
    const auto part = fade(s.window, i > 0 ? s.overlap : 0, i + 1 < count ? s.overlap : 0);
    sum.narrow(2, i * s.step(), s.window).add_(sections[i].transpose(1, 2) * part.to(sections.device()));
    weight.narrow(0, i * s.step(), s.window).add_(part);
  }
  return sum / weight.to(sections.device());
}

double level_gain(const torch::Tensor& features, const Settings& s) {
  if (!s.even_level) return 1;
  // Parseval with a Hann window: the squares of both halves of the spectrum sum to n_fft * 3/8 n_fft * RMS^2 a frame.
  const double power = 2 * features.narrow(1, 0, s.bins()).square().sum({0, 1}).mean().item<double>();
  const double rms = std::sqrt(power / (0.375 * static_cast<double>(s.n_fft) * static_cast<double>(s.n_fft)));
  return rms > 1e-7 ? kLevel / rms : 1;
}

torch::Tensor profile_of(const torch::Tensor& features, const Settings& s) {
  const auto magnitude = features.narrow(1, 0, s.bins()).square().sum(0).sqrt().mean(1);
  return magnitude / magnitude.sum().clamp_min(1e-12);
}

SectionClips::SectionClips(std::shared_ptr<const ClipSet> clips, const Settings& settings, const std::function<void(const std::string&)>& warn)
    : clips_(std::move(clips)), settings_(settings) {
  check(settings_);
  sort_clips(warn);
  for (std::size_t i = 0; i < clips_->size(); ++i) gains_.push_back(level_gain(clips_->features[i], settings_));
  take_statistics();
}

void SectionClips::sort_clips(const std::function<void(const std::string&)>& warn) {
  labels_ = clips_->labels;
  for (auto& part : members_) part.resize(labels_.size());
  std::map<std::int64_t, std::vector<std::int64_t>> phrases;
  std::int64_t short_ones = 0, mirrored_ones = 0;
  for (std::size_t i = 0; i < clips_->size(); ++i) {
    const auto& info = clips_->clips[i];
    if (info.split == "test") continue;
    if (clips_->features[i].size(2) < settings_.window) {
      ++short_ones;
      continue;
    }
    if (clips_->features[i].size(2) < settings_.crop()) ++mirrored_ones;
    const auto clip = static_cast<std::int64_t>(i);
    members_[info.split == "train" ? 0 : 1][static_cast<std::size_t>(info.label_index)].push_back(clip);
    if (info.phrase >= 0 && info.split == "train") phrases[info.phrase].push_back(clip);
  }
  std::ostringstream seconds;
  seconds.precision(3);
  seconds << settings_.window_seconds();
  if (short_ones > 0 && warn) warn(std::to_string(short_ones) + " clips are shorter than a section of " + seconds.str() + " s and are left out.");
  if (mirrored_ones > 0 && warn) {
    std::ostringstream crop;
    crop.precision(3);
    crop << static_cast<double>((settings_.crop() - 1) * settings_.hop) / static_cast<double>(settings_.rate);
    warn(std::to_string(mirrored_ones) + " clips are shorter than the " + std::to_string(settings_.sections) + " sections of a crop, " + crop.str() +
         " s, and go to and fro to fill them; import longer clips or lower 'sections'.");
  }
  if (labels_.size() < 2) throw ConfigError("Style and content can be told apart only between two labels or more; label clips of another instrument.");
  for (std::size_t label = 0; label < labels_.size(); ++label) {
    const auto found = members_[0][label].size();
    if (found < 2)
      throw ConfigError("The label '" + labels_[label] + "' has " + (found == 0 ? "no clip" : "a single clip") + " to train on, and its style needs two at least: import more clips of " +
                        seconds.str() + " s or longer, or leave the label out.");
    if (members_[1][label].empty()) members_[1][label] = members_[0][label];
  }
  partners_.resize(clips_->size());
  for (const auto& [phrase, members] : phrases)
    for (const auto clip : members)
      for (const auto other : members)
        if (label_of(other) != label_of(clip) && clips_->clips[static_cast<std::size_t>(other)].target_allowed) {
          partners_[static_cast<std::size_t>(clip)].push_back(other);
          has_pairs_ = true;
        }
  if (settings_.paired > 0 && !has_pairs_ && warn) warn("No phrase is played by two labels, so 'paired' changes nothing.");
}

void SectionClips::take_statistics() {
  const auto files = listed_files(settings_.statistics_files);
  for (const auto& [label, file] : files)
    if (!label.empty() && std::find(labels_.begin(), labels_.end(), label) == labels_.end())
      throw ConfigError("Setting 'statistics_files' names the label '" + label + "', which no clip has.");
  std::vector<BandStatisticsBuilder> each(labels_.size());
  BandStatisticsBuilder all;
  std::vector<torch::Tensor> profiles;
  for (std::size_t label = 0; label < labels_.size(); ++label) {
    torch::Tensor profile = at::zeros({settings_.bins()});
    for (const auto clip : members_[0][label]) {
      const auto features = clips_->features[static_cast<std::size_t>(clip)];
      if (features.dim() != 3 || features.size(0) != 2 || features.size(1) != settings_.features())
        throw ConfigError("The clips are of another representation than this model's; it needs [2, bin " + std::to_string(settings_.features()) + ", frame].");
      each[label].add(features * gains_[static_cast<std::size_t>(clip)]);
      profile += profile_of(features, settings_);
    }
    profiles.push_back(profile / static_cast<double>(members_[0][label].size()));
    all.add(each[label]);
  }
  std::vector<torch::Tensor> means, deviations;
  for (std::size_t label = 0; label < labels_.size(); ++label) {
    auto statistics = settings_.statistics == "unified" ? all.result() : each[label].result();
    auto file = files.find(labels_[label]);
    if (file == files.end()) file = files.find("");
    if (file != files.end()) statistics = read_statistics(file->second, settings_.spec());
    means.push_back(statistics.mean);
    deviations.push_back(statistics.guarded(settings_.bins()));
  }
  mean_ = at::stack(means), deviation_ = at::stack(deviations), profiles_ = at::stack(profiles);
}

std::int64_t SectionClips::starts(std::int64_t clip) const {
  return std::max<std::int64_t>(1, 1 + clips_->features[static_cast<std::size_t>(clip)].size(2) - settings_.crop());
}

/// [section, 2, frame, bin], normalised.
torch::Tensor SectionClips::crop(std::int64_t clip, std::int64_t start) const {
  const auto& all = clips_->features[static_cast<std::size_t>(clip)];
  const auto length = std::min(settings_.crop(), all.size(2) - start);
  auto part = all.narrow(2, start, length) * gains_[static_cast<std::size_t>(clip)];
  part = to_and_fro(part, settings_.crop());
  const auto label = label_of(clip);
  return cut_sections((part - mean_[label].unsqueeze(2)) / deviation_[label].unsqueeze(2), settings_);
}

SectionClips::Row SectionClips::row_of(std::int64_t clip, Rng& rng) const {
  Row row{clip, clip, clip, rng.below(starts(clip)), 0};
  const auto& partners = partners_[static_cast<std::size_t>(clip)];
  if (settings_.paired > 0 && rng.uniform() < settings_.paired && !partners.empty())
    row.target = partners[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(partners.size())))];
  row.start = std::min(row.start, starts(row.target) - 1);
  row.style = row.target, row.style_start = row.start;
  if (settings_.style_from == "other") {
    const auto& all = members_[0][static_cast<std::size_t>(label_of(row.target))];
    auto index = rng.below(static_cast<std::int64_t>(all.size()));
    if (all[static_cast<std::size_t>(index)] == row.target) index = (index + 1) % static_cast<std::int64_t>(all.size());
    row.style = all[static_cast<std::size_t>(index)];
    row.style_start = rng.below(starts(row.style));
  }
  return row;
}

Batch SectionClips::batch_of(const std::vector<Row>& rows) const {
  std::vector<torch::Tensor> content, style, target;
  std::vector<std::int64_t> content_labels, labels;
  bool own_style = true, own_target = true;
  for (const auto& row : rows) {
    own_target = own_target && row.target == row.content;
    own_style = own_style && row.style == row.content && row.style_start == row.start;
  }
  for (const auto& row : rows) {
    content.push_back(crop(row.content, row.start));
    if (!own_target) target.push_back(row.target == row.content ? content.back() : crop(row.target, row.start));
    if (!own_style) style.push_back(crop(row.style, row.style_start));
    content_labels.push_back(label_of(row.content));
    labels.push_back(label_of(row.target));
  }
  Batch batch;
  batch["content"] = at::stack(content);
  batch["style"] = own_style ? batch["content"] : at::stack(style);
  batch["target"] = (own_target ? batch["content"] : at::stack(target)).narrow(4, 0, settings_.bins());
  batch["content_label"] = at::tensor(content_labels, at::kLong);
  batch["label"] = at::tensor(labels, at::kLong);
  return batch;
}

Batch SectionClips::draw(Rng& rng) const {
  std::vector<std::size_t> chosen(labels_.size());
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  const auto most = static_cast<std::size_t>(std::max<std::int64_t>(2, settings_.batch / 2));  // two crops of a label at least
  for (std::size_t i = 0; chosen.size() > most && i < most; ++i)
    std::swap(chosen[i], chosen[i + static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(chosen.size() - i)))]);
  if (chosen.size() > most) chosen.resize(most);
  std::sort(chosen.begin(), chosen.end());
  const std::int64_t each = settings_.batch / static_cast<std::int64_t>(chosen.size());
  std::vector<Row> rows;
  for (const auto label : chosen)
    for (std::int64_t i = 0; i < each; ++i) {
      const auto& all = members_[0][label];
      rows.push_back(row_of(all[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(all.size())))], rng));
    }
  return batch_of(rows);
}

std::vector<SectionClips::Place> SectionClips::style_places(std::int64_t label, std::int64_t most, std::int64_t crops) const {
  std::vector<Place> places;
  const auto& all = members_[0][static_cast<std::size_t>(label)];
  const auto size = static_cast<std::int64_t>(all.size()), count = std::min(most, size);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto clip = all[static_cast<std::size_t>(i * size / count)];
    const auto last = starts(clip) - 1, here = std::min(crops, last + 1);
    for (std::int64_t k = 0; k < here; ++k) places.push_back({clip, here > 1 ? k * last / (here - 1) : 0});
  }
  return places;
}

torch::Tensor SectionClips::sections_at(const std::vector<Place>& places) const {
  std::vector<torch::Tensor> crops;
  for (const auto& place : places) crops.push_back(crop(place.clip, place.start));
  return at::stack(crops);
}

Batch SectionClips::fixed(std::int64_t most, bool training) const {
  std::vector<Row> rows;
  for (const auto& all : members_[training ? 0 : 1]) {
    const auto size = static_cast<std::int64_t>(all.size()), count = std::min(most, size);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto clip = all[static_cast<std::size_t>(i * size / count)];
      rows.push_back({clip, clip, clip, 0, 0});
    }
  }
  return batch_of(rows);
}

}  // namespace luthier::disentangled
