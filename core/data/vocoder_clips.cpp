#include "core/data/vocoder_clips.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/config/schema.h"

namespace luthier {

BatchMel::BatchMel(const RepresentationSpec& spec, torch::Device device)
    : front_end_(spec, device), reach_(spec.kind == "log10_mel" ? (spec.n_fft - spec.hop) / 2 : spec.n_fft / 2) {
  if (spec.kind != "log10_mel" && spec.kind != "log_mel")
    throw ConfigError("A vocoder can be trained on 'log10_mel' or 'log_mel', not on '" + spec.kind + "'.");
}

torch::Tensor BatchMel::operator()(const torch::Tensor& samples) const {
  const auto log_mel = front_end_(samples).transpose(1, 2);
  if (spec().kind == "log_mel") return log_mel;
  // The front end gives ln(mel + 1e-4); single precision resolves 1e-5 in it to a few millionths.
  return at::log10((log_mel.exp() - 1e-4).clamp_min(1e-5));
}

VocoderClips::VocoderClips(std::shared_ptr<const ClipSet> clips, const std::string& labels, const RepresentationSpec& spec,
                           std::int64_t frames, torch::Device device)
    : crops_(clips, labels, frames * spec.hop, spec.hop), frames_(frames), device_(device), store_(*clips, device), mel_(spec, device) {
  for (std::size_t i = 0; i < clips->size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    peaks_.push_back(std::max(1e-6, store_.crop({index}, {0}, store_.length(index)).abs().max().item<double>()));
  }
}

double VocoderClips::level_of(std::int64_t clip) const {
  return mel_.spec().kind == "log_mel" ? 1.0 : kPeak / peaks_[static_cast<std::size_t>(clip)];
}

VocoderBatch VocoderClips::make(const std::vector<ClipCrops::Place>& places, const std::vector<double>& levels) const {
  std::vector<std::int64_t> clip, start;
  std::vector<float> gains;
  for (std::size_t i = 0; i < places.size(); ++i) {
    clip.push_back(places[i].clip);
    start.push_back(places[i].start - mel_.reach());
    gains.push_back(static_cast<float>(level_of(places[i].clip) * levels[i]));
  }
  const auto gain = at::tensor(gains).unsqueeze(1).to(device_);
  const auto samples = store_.crop(clip, start, mel_.span(frames_)) * gain;
  VocoderBatch batch;
  batch.features = mel_(samples).contiguous();
  batch.samples = samples.narrow(1, mel_.reach(), frames_ * mel_.spec().hop).unsqueeze(1).contiguous();
  if (mel_.spec().kind == "log_mel") batch.samples = batch.samples * kLogMelLevel;
  return batch;
}

VocoderBatch VocoderClips::draw(std::int64_t batch, double quietest, Rng& rng) const {
  std::vector<ClipCrops::Place> places;
  std::vector<double> levels;
  for (std::int64_t i = 0; i < batch; ++i) {
    places.push_back(crops_.draw_place(rng));
    levels.push_back(mel_.spec().kind == "log_mel" ? 1.0 : quietest + (1 - quietest) * rng.uniform());
  }
  return make(places, levels);
}

VocoderBatch VocoderClips::fixed(std::int64_t most) const {
  const auto places = crops_.fixed_places(most);
  return make(places, std::vector<double>(places.size(), 1.0));
}

}  // namespace luthier
