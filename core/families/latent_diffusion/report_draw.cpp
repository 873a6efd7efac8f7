#include "core/families/latent_diffusion/report_draw.h"

#include <torch/torch.h>

#include <algorithm>
#include <set>

namespace luthier::report {

PictureSource::PictureSource(const TrainingInputs& inputs, const std::string& pairing) : inputs_(inputs), same_label_(pairing == "same_label") {
  for (std::size_t i = 0; i < inputs_.clips->size(); ++i) {
    const auto& clip = inputs_.clips->clips[i];
    if (clip.split != "train" && clip.split != "validation") continue;
    Pool& pool = clip.split == "train" ? training_ : validation_;
    pool.clips.push_back(static_cast<std::int64_t>(i));
    if (clip.target_allowed) pool.styles.push_back(static_cast<std::int64_t>(i));
  }
  for (const auto& pair : inputs_.pairs) {
    const auto split = [&](std::int64_t i) -> const std::string& { return inputs_.clips->clips[static_cast<std::size_t>(i)].split; };
    if (split(pair.content) != split(pair.style)) continue;
    if (split(pair.content) == "train") training_.pairs.push_back(pair);
    if (split(pair.content) == "validation") validation_.pairs.push_back(pair);
  }
  check();
  const auto labels_in = [&](const Pool& pool) {
    std::set<int> labels;
    for (const auto clip : pool.styles) labels.insert(label_of(clip));
    return labels.size();
  };
  if (validation_.clips.size() < 4 || (!same_label_ && labels_in(validation_) < 2)) validation_ = training_;
}

void PictureSource::check() const {
  const auto& spec = inputs_.clips->representation;
  if (spec.kind != "mel_image" || spec.bands != kPicture)
    throw ConfigError("The report system needs clips as 'mel_image' of 128 bands; these are '" + spec.kind + "' of " + std::to_string(spec.bands) + ".");
  if (training_.clips.size() < 2) throw ConfigError("Training needs at least two clips; import more.");
  std::set<int> labels;
  for (const auto clip : training_.styles) labels.insert(label_of(clip));
  if (labels.empty() || (!same_label_ && labels.size() < 2))
    throw ConfigError("Training needs clips of at least two labels that may be styles; label more clips, or set report_pairing to same_label.");
}

std::int64_t PictureSource::pick(const std::vector<std::int64_t>& from, Rng& rng) {
  return from[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(from.size())))];
}

ClipPair PictureSource::draw_pair(const Pool& pool, Rng& rng) const {
  if (!same_label_ && !pool.pairs.empty()) return pool.pairs[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(pool.pairs.size())))];
  ClipPair pair{pick(pool.clips, rng), pick(pool.styles, rng), -1};
  // With two labels or more (checked) this ends; the bound is for pools where one label hardly occurs.
  for (int tries = 0; tries < 1000; ++tries) {
    const bool alike = label_of(pair.content) == label_of(pair.style);
    if (same_label_ ? alike && pair.content != pair.style : !alike) break;
    pair = {pick(pool.clips, rng), pick(pool.styles, rng), -1};
  }
  return pair;
}

torch::Tensor PictureSource::cut(std::int64_t clip, Rng* rng) const {
  const auto& features = inputs_.clips->features[static_cast<std::size_t>(clip)];
  const std::int64_t frames = features.size(2);
  if (frames < kPicture) return torch::constant_pad_nd(features, {0, kPicture - frames});
  return features.narrow(2, rng ? rng->below(frames - kPicture + 1) : 0, kPicture);
}

Batch PictureSource::draw_pictures(std::int64_t batch, Rng& rng) const {
  std::vector<torch::Tensor> pictures;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < batch; ++i) {
    const auto clip = pick(training_.clips, rng);
    pictures.push_back(cut(clip, &rng));
    labels.push_back(label_of(clip));
  }
  return {{"picture", torch::stack(pictures).to(inputs_.device)}, {"label", torch::tensor(labels).to(inputs_.device)}};
}

Batch PictureSource::draw_pairs(std::int64_t batch, Rng& rng) const {
  std::vector<torch::Tensor> contents, styles;
  for (std::int64_t i = 0; i < batch; ++i) {
    const auto pair = draw_pair(training_, rng);
    contents.push_back(cut(pair.content, &rng));
    styles.push_back(cut(pair.style, &rng));
  }
  return {{"content", torch::stack(contents).to(inputs_.device)}, {"style", torch::stack(styles).to(inputs_.device)}};
}

Batch PictureSource::validation_pictures(std::int64_t limit) const {
  std::vector<torch::Tensor> pictures;
  std::vector<std::int64_t> labels;
  const auto count = static_cast<std::int64_t>(validation_.clips.size());
  for (std::int64_t i = 0; i < std::min(limit, count); ++i) {
    const auto clip = validation_.clips[static_cast<std::size_t>(i * count / std::min(limit, count))];  // spread over all
    pictures.push_back(cut(clip, nullptr));
    labels.push_back(label_of(clip));
  }
  return {{"picture", torch::stack(pictures).to(inputs_.device)}, {"label", torch::tensor(labels).to(inputs_.device)}};
}

std::vector<ClipPair> PictureSource::fixed_pairs(std::int64_t limit) const {
  Rng rng(20240414, 0);
  std::vector<ClipPair> pairs;
  for (std::int64_t i = 0; i < limit; ++i) pairs.push_back(draw_pair(validation_, rng));
  return pairs;
}

Batch PictureSource::validation_pairs(std::int64_t limit) const {
  std::vector<torch::Tensor> contents, styles;
  for (const auto& pair : fixed_pairs(limit)) {
    contents.push_back(cut(pair.content, nullptr));
    styles.push_back(cut(pair.style, nullptr));
  }
  return {{"content", torch::stack(contents).to(inputs_.device)}, {"style", torch::stack(styles).to(inputs_.device)}};
}

std::string PictureSource::validation_title() const {
  const auto pair = fixed_pairs(1).front();
  const auto& labels = inputs_.clips->labels;
  return labels[static_cast<std::size_t>(label_of(pair.content))] + " to " + labels[static_cast<std::size_t>(label_of(pair.style))];
}

}  // namespace luthier::report
