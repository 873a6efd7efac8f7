#include "core/data/sound_store.h"

#include <torch/torch.h>

namespace luthier {
namespace {

/// int16 samples and the factor that brings them to RMS 1. A float clip is first scaled to use the range.
std::pair<torch::Tensor, float> quantised(const torch::Tensor& feature) {
  auto flat = feature.reshape({-1});
  if (flat.scalar_type() != torch::kShort) {
    const float peak = std::max(flat.abs().max().item<float>(), 1e-9f);
    flat = (flat * (32000.0f / peak)).round().to(torch::kShort);
  }
  const auto rms = std::sqrt(flat.to(torch::kFloat).square().mean().item<double>());
  return {flat, static_cast<float>(1.0 / (rms + 1e-6))};
}

}  // namespace

SoundStore::SoundStore(const ClipSet& clips, torch::Device device) : device_(device) {
  std::int64_t total = 0;
  for (const auto& feature : clips.features) total += feature.numel();
  samples_ = torch::empty({total}, torch::TensorOptions().dtype(torch::kShort).device(device));
  std::int64_t at = 0;
  for (const auto& feature : clips.features) {
    auto [flat, gain] = quantised(feature);
    samples_.narrow(0, at, flat.numel()).copy_(flat);
    offsets_.push_back(at);
    lengths_.push_back(flat.numel());
    gains_.push_back(gain);
    at += flat.numel();
  }
}

torch::Tensor SoundStore::crop(const std::vector<std::int64_t>& clip, const std::vector<std::int64_t>& start,
                               std::int64_t count) const {
  const auto batch = static_cast<std::int64_t>(clip.size());
  std::vector<std::int64_t> facts;  // offset, length, start of each row: one transfer to the device
  std::vector<float> gains;
  facts.reserve(clip.size() * 3);
  for (std::size_t i = 0; i < clip.size(); ++i) {
    const auto index = static_cast<std::size_t>(clip[i]);
    facts.insert(facts.end(), {offsets_[index], lengths_[index], start[i]});
    gains.push_back(gains_[index]);
  }
  const auto table = torch::from_blob(facts.data(), {batch, 3}, torch::kLong).to(device_);
  const auto gain = torch::from_blob(gains.data(), {batch, 1}, torch::kFloat).to(device_);
  const auto length = table.narrow(1, 1, 1);
  auto place = table.narrow(1, 2, 1) + torch::arange(count, torch::TensorOptions().dtype(torch::kLong).device(device_));
  place = place.abs();                                             // reflection at the start …
  place = (length - 1) - ((length - 1) - place).abs();             // … and at the end
  place = place.clamp_min(0) + table.narrow(1, 0, 1);
  return samples_.index_select(0, place.reshape({-1})).reshape({batch, count}).to(torch::kFloat) * gain;
}

}  // namespace luthier
