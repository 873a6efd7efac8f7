#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/data/clip_set.h"
#include "core/run/rng.h"

namespace luthier {

/// Crops of all clips of some labels, for models that know no sides. Read-only after construction.
class ClipCrops {
 public:
  /// `labels`: separated by commas; empty: all. Throws ConfigError in one sentence where a label is unknown or no clip
  /// outside the test split has `frames` frames (for "waveform": samples).
  ClipCrops(std::shared_ptr<const ClipSet> clips, const std::string& labels, std::int64_t frames, std::int64_t grid = 1);

  /// One place in one clip.
  struct Place {
    std::int64_t clip = 0, start = 0;
  };
  Place draw_place(Rng& rng) const;
  /// [channel, bin, frame] float32 on CPU; 16-bit samples become [-1, 1).
  torch::Tensor crop(const Place& place) const;
  /// [batch, channel, bin, frame] from training clips.
  torch::Tensor draw(std::int64_t batch, Rng& rng) const;
  /// At most `most` places in validation clips (training clips where there are none), always the same.
  std::vector<Place> fixed_places(std::int64_t most) const;
  torch::Tensor fixed(std::int64_t most) const;
  /// Clip indexes of training (0) or validation (1).
  const std::vector<std::int64_t>& members(int part) const { return members_[part]; }
  const ClipSet& clips() const { return *clips_; }
  std::int64_t frames() const { return frames_; }

 private:
  std::shared_ptr<const ClipSet> clips_;
  std::int64_t frames_, grid_;
  std::vector<std::int64_t> members_[2];
};

}  // namespace luthier
