#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "audio/analysis/cqt.h"
#include "audio/analysis/stft.h"
#include "core/signal/kinds.h"
#include "core/signal/spectrogram_tensor.h"

namespace luthier {
namespace {

constexpr int kBinsPerOctave = 12;

audio::CqtOptions cqt_options(const RepresentationSpec& spec) {
  audio::CqtOptions options;
  options.sample_rate = spec.sample_rate;
  options.hop = spec.hop;
  options.bins = spec.bands;
  options.bins_per_octave = kBinsPerOctave;
  return options;
}

void check_spec(const RepresentationSpec& spec) {
  const auto options = cqt_options(spec);
  const auto most = static_cast<int>(std::floor(kBinsPerOctave * std::log2(spec.sample_rate / 2.0 / options.f_min)));
  if (spec.bands > most)
    throw ConfigError("A constant-Q transform of " + std::to_string(spec.bands) + " bins does not end below half the sample rate of " +
                      std::to_string(spec.sample_rate) + " Hz: take at most " + std::to_string(std::max(0, most)) + " bins, or raise the rate.");
  const int octaves = (spec.bands + kBinsPerOctave - 1) / kBinsPerOctave;
  if (spec.hop % (1 << (octaves - 1)) != 0)
    throw ConfigError("The hop must be a multiple of " + std::to_string(1 << (octaves - 1)) + " samples for a constant-Q transform of " +
                      std::to_string(octaves) + " octaves, not " + std::to_string(spec.hop) + ".");
}

/// [2, n_fft / 2 + 1 + bands, frame]: real and imaginary part of the STFT (periodic Hann, centred, reflected), below it those of
/// the constant-Q transform (12 bins an octave from C1, zero-padded). Both as librosa gives them, on one grid of frames.
class StftCqt : public Representation {
 public:
  explicit StftCqt(const RepresentationSpec& spec) : Representation(spec) { check_spec(spec); }

  torch::Tensor analyse(const audio::AudioBuffer& sound) const override {
    auto samples = mono_samples(sound, spec_);
    const std::size_t least = static_cast<std::size_t>(spec_.n_fft) / 2 + 1;  // what reflection needs
    samples.resize(std::max(samples.size(), least));
    const auto spectrum = audio::stft(samples, stft_options());
    const auto constant_q = audio::cqt(samples, cqt_options(spec_));
    const std::int64_t frames = std::min(spectrum.frames, constant_q.frames), bins = spectrum.bins;
    auto out = at::empty({2, bins + spec_.bands, frames}, at::kFloat);
    float* const real = out.data_ptr<float>();
    float* const imaginary = real + out.stride(0);
    for (std::int64_t t = 0; t < frames; ++t) {
      const auto* values = spectrum.frame(static_cast<int>(t));
      for (std::int64_t k = 0; k < bins; ++k) real[k * frames + t] = values[k].real(), imaginary[k * frames + t] = values[k].imag();
    }
    for (std::int64_t k = 0; k < spec_.bands; ++k)
      for (std::int64_t t = 0; t < frames; ++t) {
        const auto value = constant_q.values[static_cast<std::size_t>(k * constant_q.frames + t)];
        real[(bins + k) * frames + t] = value.real(), imaginary[(bins + k) * frames + t] = value.imag();
      }
    return out;
  }

  /// The STFT's own phase is used; the constant-Q part is redundant and not looked at.
  audio::AudioBuffer invert(const torch::Tensor& features, const InversionHints& hints) const override {
    const auto plain = checked(features);
    audio::Spectrum spectrum;
    spectrum.frames = static_cast<int>(plain.size(2)), spectrum.bins = spec_.n_fft / 2 + 1;
    spectrum.values.resize(static_cast<std::size_t>(spectrum.frames) * static_cast<std::size_t>(spectrum.bins));
    const float* const real = plain.data_ptr<float>();
    const float* const imaginary = real + plain.stride(0);
    for (int t = 0; t < spectrum.frames; ++t)
      for (int k = 0; k < spectrum.bins; ++k) {
        const auto at = static_cast<std::int64_t>(k) * spectrum.frames + t;
        spectrum.frame(t)[k] = {real[at], imaginary[at]};
      }
    auto samples = audio::istft(spectrum, stft_options(), static_cast<std::size_t>(std::max<std::int64_t>(0, hints.samples)));
    return {spec_.sample_rate, std::move(samples)};
  }

  /// The STFT's magnitude.
  torch::Tensor picture(const torch::Tensor& features) const override {
    const auto plain = checked(features).narrow(1, 0, spec_.n_fft / 2 + 1);
    return to_tensor(audio::amplitude_to_db(to_spectrogram((plain[0].square() + plain[1].square()).sqrt())));
  }

 private:
  audio::StftOptions stft_options() const { return {.n_fft = spec_.n_fft, .hop = spec_.hop, .pad = audio::PadMode::reflect}; }

  torch::Tensor checked(const torch::Tensor& features) const {
    const std::int64_t bins = spec_.n_fft / 2 + 1 + spec_.bands;
    if (!features.defined() || features.dim() != 3 || features.size(0) != 2 || features.size(1) != bins || features.size(2) < 1) {
      std::ostringstream shape;
      if (features.defined()) shape << features.sizes();
      else shape << "nothing";
      throw ConfigError("STFT and constant-Q features must have the axes [real and imaginary 2, bin " + std::to_string(bins) + ", frame], not " + shape.str() + ".");
    }
    const auto plain = features.to(at::kCPU, at::kFloat).contiguous();
    if (!at::isfinite(plain).all().item<bool>()) throw ConfigError("STFT and constant-Q features hold values that are no numbers.");
    return plain;
  }
};

}  // namespace

std::shared_ptr<const Representation> make_stft_cqt(const RepresentationSpec& spec) { return std::make_shared<StftCqt>(spec); }

}  // namespace luthier
