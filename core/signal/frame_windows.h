#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>

namespace luthier {

/// Takes a sound of any length through something that wants a fixed number of frames, and loses none.
struct FrameWindows {
  std::int64_t window = 256;  ///< frames in one pass
  std::int64_t overlap = 128; ///< frames that neighbours share; they are cross-faded linearly. Less than `window`

  /// Passes needed for `frames` frames; at least 1.
  std::int64_t count(std::int64_t frames) const;
  /// Part `index` of `count`: [1, channel, bin, window] -> [1, channel', bin', window * scale]; `scale` is the same
  /// whole number for all parts (a vocoder gives `hop` samples a frame).
  using Pass = std::function<torch::Tensor(const torch::Tensor& part, std::int64_t index, std::int64_t count)>;
  /// [channel, bin, frame] with at least one frame -> [channel', bin', frame * scale], float32 on CPU. A sound shorter than
  /// a window is continued by its mirror image and cut again. What `pass` throws goes through.
  torch::Tensor run(const torch::Tensor& features, const Pass& pass) const;
};

/// Frames 0 … frames-1 of a sound that goes to and fro over its own frames: [channel, bin, frame] -> [channel, bin, frames].
torch::Tensor mirrored_to(const torch::Tensor& features, std::int64_t frames);

}  // namespace luthier
