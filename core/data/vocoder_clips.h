#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/data/clip_crops.h"
#include "core/data/sound_store.h"
#include "core/signal/mel_front_end.h"

namespace luthier {

/// Samples and the spectrogram that belongs to them, for training a vocoder: frame t describes samples t * hop … (t+1) * hop.
struct VocoderBatch {
  torch::Tensor samples;   ///< [batch, 1, frame * hop] in about [-1, 1]
  torch::Tensor features;  ///< [batch, band, frame] as the representation has them
};

/// The mel spectrogram of a batch of samples on its device, in the scale of "log10_mel" or "log_mel", with the numbers of the
/// representation.
class BatchMel {
 public:
  /// Throws ConfigError for another kind of representation.
  BatchMel(const RepresentationSpec& spec, torch::Device device);
  const RepresentationSpec& spec() const { return front_end_.spec(); }
  /// Samples before frame 0's hop that its window reaches.
  std::int64_t reach() const { return reach_; }
  std::int64_t span(std::int64_t frames) const { return front_end_.span(frames); }
  /// [batch, span(frames)] -> [batch, band, frame]
  torch::Tensor operator()(const torch::Tensor& samples) const;

 private:
  MelFrontEnd front_end_;
  std::int64_t reach_;
};

/// Crops of "waveform" clips with their spectrogram. "log10_mel": clips have a peak of 0.95 times a random level; "log_mel",
/// which knows no level: RMS kLogMelLevel.
class VocoderClips {
 public:
  static constexpr double kLogMelLevel = 0.1, kPeak = 0.95;
  /// Throws ConfigError as ClipCrops does.
  VocoderClips(std::shared_ptr<const ClipSet> clips, const std::string& labels, const RepresentationSpec& spec, std::int64_t frames,
               torch::Device device);
  /// `quietest`: the level is drawn between this and 1 ("log10_mel" only).
  VocoderBatch draw(std::int64_t batch, double quietest, Rng& rng) const;
  /// At most `most` crops of validation clips, always the same.
  VocoderBatch fixed(std::int64_t most) const;
  const BatchMel& mel() const { return mel_; }

 private:
  VocoderBatch make(const std::vector<ClipCrops::Place>& places, const std::vector<double>& levels) const;
  double level_of(std::int64_t clip) const;
  ClipCrops crops_;
  std::int64_t frames_;
  torch::Device device_;
  SoundStore store_;
  BatchMel mel_;
  std::vector<double> peaks_;  ///< of each clip at RMS 1
};

}  // namespace luthier
