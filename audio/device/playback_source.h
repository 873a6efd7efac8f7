#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "audio/audio_buffer.h"
#include "audio/trim.h"

namespace luthier::audio::detail {

/// The player's reading head over several buffers of one time line: seeks, loops and changes from one buffer
/// to another, all with short linear fades instead of clicks. The feeder's thread only.
class PlaybackSource {
 public:
  using Buffers = std::shared_ptr<const std::vector<AudioBuffer>>;
  /// A jump of the head: what is read from the `frame`-th read frame on comes from `sample`.
  struct Jump {
    std::size_t frame;
    std::size_t sample;
  };
  static constexpr double kSwitchSeconds = 0.010;  ///< between buffers and at a loop's seam
  static constexpr double kStartSeconds = 0.005;   ///< after a seek into the middle
  static constexpr double kShortestLoop = 0.020;

  /// All buffers have one sample rate; shorter ones end in silence.
  PlaybackSource(Buffers buffers, int output_channels);

  void seek(std::size_t sample);
  void select(std::size_t index);
  void set_loop(std::optional<SampleRange> range);
  const std::optional<SampleRange>& loop() const { return loop_; }
  std::size_t position() const { return position_; }
  std::size_t length() const { return length_; }
  bool at_end() const { return position_ >= length_; }

  /// Appends up to `frames` interleaved frames to `out`, fewer at the end; returns how many. Jumps are told
  /// by their index within this call.
  std::size_t read(std::size_t frames, std::vector<float>& out, std::vector<Jump>& jumps);

 private:
  float sample(std::size_t buffer, int channel, std::size_t at) const;
  float voice(int channel, std::size_t at) const;

  Buffers buffers_;
  int channels_;
  std::size_t length_ = 0;
  std::size_t position_ = 0;
  std::size_t selected_ = 0, previous_ = 0;
  std::size_t switch_frames_ = 1, switch_left_ = 0;
  std::size_t start_frames_ = 1, start_left_ = 0;
  std::optional<SampleRange> loop_;
};

}  // namespace luthier::audio::detail
