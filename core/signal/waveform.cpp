#include <ATen/ATen.h>

#include <algorithm>

#include "audio/analysis/mel_filterbank.h"
#include "core/signal/kinds.h"
#include "core/signal/spectrogram_tensor.h"

namespace luthier {
namespace {

/// [1, 1, sample] in [-1, 1]; int16 where it comes from a ClipSet.
class Waveform : public Representation {
 public:
  explicit Waveform(const RepresentationSpec& spec)
      : Representation(spec), bank_({.sample_rate = spec.sample_rate, .n_fft = spec.n_fft, .bands = spec.bands}) {}

  torch::Tensor analyse(const audio::AudioBuffer& sound) const override {
    const auto samples = mono_samples(sound, spec_);
    auto out = at::empty({1, 1, static_cast<std::int64_t>(samples.size())}, at::kFloat);
    std::transform(samples.begin(), samples.end(), out.data_ptr<float>(), [](float x) { return std::clamp(x, -1.0f, 1.0f); });
    return out;
  }

  audio::AudioBuffer invert(const torch::Tensor& features, const InversionHints& hints) const override {
    auto samples = plain_samples(features);
    if (hints.samples > 0) samples.resize(static_cast<std::size_t>(hints.samples));
    return {spec_.sample_rate, std::move(samples)};
  }

  torch::Tensor picture(const torch::Tensor& features) const override {
    const auto samples = plain_samples(features);
    const audio::StftOptions options{.n_fft = spec_.n_fft, .hop = spec_.hop};
    return to_tensor(audio::power_to_db(audio::mel_spectrogram(samples, options, bank_)));
  }

 private:
  static std::vector<float> plain_samples(const torch::Tensor& features) {
    check_features(features, 1, "A waveform");
    auto plain = features.to(at::kCPU, at::kFloat).contiguous();
    const float scale = features.scalar_type() == at::kShort ? 1.0f / 32768.0f : 1.0f;
    std::vector<float> samples(static_cast<std::size_t>(plain.numel()));
    std::transform(plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel(), samples.begin(), [&](float x) { return x * scale; });
    return samples;
  }

  audio::MelFilterbank bank_;
};

}  // namespace

std::shared_ptr<const Representation> make_waveform(const RepresentationSpec& spec) { return std::make_shared<Waveform>(spec); }

}  // namespace luthier
