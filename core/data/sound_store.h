#pragma once
#include <torch/types.h>

#include <vector>

#include "core/data/clip_set.h"

namespace luthier {

/// All clips of a "waveform" ClipSet as one flat int16 tensor on the run's device, so that a batch of crops is one gather.
class SoundStore {
 public:
  SoundStore(const ClipSet& clips, torch::Device device);
  std::int64_t length(std::int64_t clip) const { return lengths_[static_cast<std::size_t>(clip)]; }
  /// `count` samples of each clip from `start` on (may be negative or reach past the end: reflected there, as the analysis
  /// pads), scaled so that the whole clip has RMS 1. [batch, sample] float32 on the device.
  torch::Tensor crop(const std::vector<std::int64_t>& clip, const std::vector<std::int64_t>& start, std::int64_t count) const;

 private:
  torch::Device device_;
  torch::Tensor samples_;             ///< int16, flat
  std::vector<std::int64_t> offsets_, lengths_;
  std::vector<float> gains_;
};

}  // namespace luthier
