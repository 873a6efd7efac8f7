#pragma once
#include <torch/types.h>

#include <vector>

#include "core/data/sound_store.h"
#include "core/signal/mel_front_end.h"

namespace luthier::studio {

/// ln mel crops of clips as they are. On a CPU each clip is analysed once, when it is first asked for, and kept in half
/// precision as long as all of them fit into a fixed share of memory; crops then begin at whole frames.
class CropFeatures {
 public:
  /// `store` and `front_end` are borrowed. `half` = half the analysis window: frame 0 of a clip begins that far before it.
  CropFeatures(const SoundStore& store, const MelFrontEnd& front_end, std::int64_t clips, std::int64_t hop, std::int64_t half,
               std::int64_t bands, torch::Device device);
  bool kept() const { return kept_; }
  /// [batch, frame, band] float32; `start` in samples, as SoundStore::crop counts. One thread.
  torch::Tensor crop(const std::vector<std::int64_t>& clip, const std::vector<std::int64_t>& start, std::int64_t frames) const;

 private:
  std::int64_t frames_of(std::int64_t clip) const { return store_.length(clip) / hop_ + 1; }
  const torch::Tensor& whole(std::int64_t clip) const;

  const SoundStore& store_;
  const MelFrontEnd& front_end_;
  std::int64_t hop_, half_;
  bool kept_ = false;
  mutable std::vector<torch::Tensor> features_;  ///< by clip [frame, band], half precision; empty until asked for
};

}  // namespace luthier::studio
