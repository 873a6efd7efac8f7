#include "core/signal/spectrogram_tensor.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "audio/loudness.h"
#include "audio/resampler.h"
#include "audio/trim.h"

namespace luthier {

torch::Tensor to_tensor(const audio::Spectrogram& spectrogram) {
  auto tensor = at::empty({spectrogram.bands, spectrogram.frames}, at::kFloat);
  std::copy(spectrogram.values.begin(), spectrogram.values.end(), tensor.data_ptr<float>());
  return tensor;
}

audio::Spectrogram to_spectrogram(const torch::Tensor& tensor) {
  if (tensor.dim() != 2) throw ConfigError("A spectrogram has two axes [bin, frame], not " + std::to_string(tensor.dim()) + ".");
  const auto plain = tensor.to(at::kCPU, at::kFloat).contiguous();
  audio::Spectrogram out(static_cast<int>(plain.size(0)), static_cast<int>(plain.size(1)));
  std::copy_n(plain.data_ptr<float>(), out.values.size(), out.values.begin());
  return out;
}

std::vector<float> mono_samples(const audio::AudioBuffer& sound, const RepresentationSpec& spec) {
  if (sound.empty()) throw ConfigError("The sound holds no samples; there is nothing to analyse.");
  if (sound.sample_rate <= 0) throw ConfigError("The sound has no sample rate.");
  std::vector<float> samples = sound.mono();
  if (sound.sample_rate != spec.sample_rate) samples = audio::resample(samples, sound.sample_rate, spec.sample_rate);
  if (spec.trim) {
    const auto range = audio::sounding_range(samples);
    if (!range.empty()) samples = {samples.begin() + static_cast<std::ptrdiff_t>(range.begin), samples.begin() + static_cast<std::ptrdiff_t>(range.end)};
  }
  return samples;
}

void scale_to_rms_one(std::vector<float>& samples) {
  const double level = audio::rms(samples);
  if (level <= 0) return;
  const auto gain = static_cast<float>(1.0 / level);
  for (float& sample : samples) sample *= gain;
}

void scale_to_peak(std::vector<float>& samples, double peak) {
  const double level = audio::peak(samples);
  if (level <= 0) return;
  const auto gain = static_cast<float>(peak / level);
  for (float& sample : samples) sample *= gain;
}

void check_features(const torch::Tensor& features, std::int64_t bins, const char* name) {
  const bool fits = features.defined() && features.dim() == 3 && features.size(0) == 1 && (bins < 0 || features.size(1) == bins) && features.size(2) > 0;
  if (!fits) {
    std::ostringstream shape;
    if (features.defined()) shape << features.sizes();
    else shape << "nothing";
    throw ConfigError(std::string(name) + " must have the axes [1, " + std::to_string(bins) + ", frame], not " + shape.str() + ".");
  }
  if (features.is_floating_point() && !at::isfinite(features).all().item<bool>())
    throw ConfigError(std::string(name) + " holds values that are no numbers.");
}

}  // namespace luthier
