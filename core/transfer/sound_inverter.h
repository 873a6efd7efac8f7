#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "audio/audio_buffer.h"
#include "core/families/family.h"

namespace luthier {

/// How a model's spectrogram becomes sound.
struct InversionSettings {
  FamilyTransfer* vocoder = nullptr;  ///< null: Griffin-Lim from the content's own phase and fine structure. Borrowed
  Config vocoder_options;             ///< complete for the vocoder's transfer_schema()
  int iterations = 32;                ///< of Griffin-Lim
  std::uint64_t seed = 1;
  bool treble = true;                 ///< content at a higher rate than the model's gets treble after the style's (audio/analysis/band_extension.h)
};

/// The way back from a model's estimate to a channel of sound. Any thread; a vocoder serves one at a time.
class SoundInverter {
 public:
  /// Throws ConfigError where the vocoder takes other spectrograms than `spec`.
  SoundInverter(const RepresentationSpec& spec, InversionSettings settings, audio::AudioBuffer style);
  const Representation& representation() const { return *representation_; }
  const audio::AudioBuffer& style() const { return style_; }
  /// estimate [channel, bin, frame] -> samples at the content's rate and of its length, treble made and silence followed.
  /// `content` is the mono sound that the estimate was made from. Throws Cancelled.
  std::vector<float> channel(const torch::Tensor& estimate, const audio::AudioBuffer& content, std::stop_token stop) const;
  /// A whole sound at the content's level. `estimate` is asked for each channel that sounds; equal channels are made once, silent ones stay silent.
  using Estimate = std::function<torch::Tensor(int channel)>;
  audio::AudioBuffer sound(const audio::AudioBuffer& content, const Estimate& estimate, std::stop_token stop) const;

 private:
  std::shared_ptr<const Representation> representation_;
  InversionSettings settings_;
  audio::AudioBuffer style_;
  mutable std::mutex vocoder_mutex_;
};

/// What a sound is cut down to before a model sees it: the whole of it, so that the result stands in time with it.
RepresentationSpec untrimmed(RepresentationSpec spec);
/// What a vocoder must take for this representation: the same untrimmed, whatever level it is analysed at.
RepresentationSpec for_vocoder(RepresentationSpec spec);

}  // namespace luthier
