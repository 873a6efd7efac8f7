#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace luthier::audio {

struct MinMax {
  float min = 0.0f;
  float max = 0.0f;
};

/// Minima and maxima of one channel at several resolutions, so that a waveform of any length draws in time
/// that depends on its width in pixels only. Level 0 covers kBase samples a bin, each further level kFactor
/// times as many. A plain value.
class PeakPyramid {
 public:
  static constexpr std::size_t kBase = 64;
  static constexpr std::size_t kFactor = 4;

  PeakPyramid() = default;
  explicit PeakPyramid(std::span<const float> samples);

  std::size_t length() const { return length_; }
  std::size_t level_count() const { return levels_.size(); }
  /// One MinMax per column for the samples [begin, end), begin and end in samples and possibly fractional or
  /// beyond the ends (there it is 0,0). From about kBase samples a column on the answer comes from the
  /// pyramid and each column covers at least its own samples; closer in, `samples` (the same ones as were
  /// given first) is read.
  std::vector<MinMax> columns(std::span<const float> samples, double begin, double end, int width) const;

 private:
  std::size_t length_ = 0;
  std::vector<std::vector<MinMax>> levels_;  ///< [level][bin]
};

}  // namespace luthier::audio
