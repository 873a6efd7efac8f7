#include "core/data/clip_crops.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "core/config/schema.h"

namespace luthier {

ClipCrops::ClipCrops(std::shared_ptr<const ClipSet> clips, const std::string& labels, std::int64_t frames, std::int64_t grid)
    : clips_(std::move(clips)), frames_(frames), grid_(grid) {
  std::set<std::string> wanted;
  std::istringstream stream(labels);
  for (std::string part; std::getline(stream, part, ',');) {
    const auto first = part.find_first_not_of(' '), last = part.find_last_not_of(' ');
    if (first == std::string::npos) continue;
    const auto label = part.substr(first, last - first + 1);
    if (std::find(clips_->labels.begin(), clips_->labels.end(), label) == clips_->labels.end()) {
      std::string known;
      for (const auto& name : clips_->labels) known += (known.empty() ? "" : ", ") + name;
      throw ConfigError("No clip has the label '" + label + "'; the labels are: " + known + ".");
    }
    wanted.insert(label);
  }
  for (std::size_t i = 0; i < clips_->size(); ++i) {
    const auto& info = clips_->clips[i];
    if (info.split == "test" || (!wanted.empty() && !wanted.count(info.label)) || clips_->features[i].size(-1) < frames) continue;
    members_[info.split == "train" ? 0 : 1].push_back(static_cast<std::int64_t>(i));
  }
  if (members_[0].empty()) members_[0] = members_[1];
  if (members_[1].empty()) members_[1] = members_[0];
  if (members_[0].empty()) {
    const auto& spec = clips_->representation;
    std::ostringstream text;
    text.precision(3);
    text << "No clip can be trained on: clips must be at least "
         << static_cast<double>(frames) * (spec.kind == "waveform" ? 1 : spec.hop) / spec.sample_rate
         << " s long and outside the test split; import longer ones or train on shorter crops.";
    throw ConfigError(text.str());
  }
}

ClipCrops::Place ClipCrops::draw_place(Rng& rng) const {
  const auto clip = members_[0][static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(members_[0].size())))];
  const auto length = clips_->features[static_cast<std::size_t>(clip)].size(-1);
  return {clip, rng.below(1 + (length - frames_) / grid_) * grid_};
}

torch::Tensor ClipCrops::crop(const Place& place) const {
  const auto piece = clips_->features[static_cast<std::size_t>(place.clip)].narrow(-1, place.start, frames_);
  return piece.scalar_type() == at::kShort ? piece.to(at::kFloat) / 32768.0 : piece.to(at::kFloat);
}

torch::Tensor ClipCrops::draw(std::int64_t batch, Rng& rng) const {
  std::vector<torch::Tensor> crops;
  for (std::int64_t i = 0; i < batch; ++i) crops.push_back(crop(draw_place(rng)));
  return at::stack(crops);
}

std::vector<ClipCrops::Place> ClipCrops::fixed_places(std::int64_t most) const {
  const auto& list = members_[1];
  const auto size = static_cast<std::int64_t>(list.size());
  std::vector<Place> places;
  for (std::int64_t i = 0; i < std::min(most, size); ++i) places.push_back({list[static_cast<std::size_t>(i * size / std::min(most, size))], 0});
  return places;
}

torch::Tensor ClipCrops::fixed(std::int64_t most) const {
  std::vector<torch::Tensor> crops;
  for (const auto& place : fixed_places(most)) crops.push_back(crop(place));
  return at::stack(crops);
}

}  // namespace luthier
