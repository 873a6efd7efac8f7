#pragma once
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace luthier::audio {

/// Everything that audio/ throws. The text is one sentence for a user: what, where, what to do.
class AudioError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Sound in memory: planar float samples, nominally in [-1, 1], one vector per channel, all of one length.
/// A "frame" of audio/ is one sample per channel; an analysis frame is always called so. A plain value.
struct AudioBuffer {
  int sample_rate = 0;                       ///< Hz
  std::vector<std::vector<float>> channels;  ///< [channel][sample]

  AudioBuffer() = default;
  AudioBuffer(int rate, int channel_count, std::size_t length)
      : sample_rate(rate), channels(static_cast<std::size_t>(channel_count), std::vector<float>(length)) {}
  /// Mono from samples.
  AudioBuffer(int rate, std::vector<float> samples) : sample_rate(rate) {
    channels.push_back(std::move(samples));
  }

  std::size_t length() const { return channels.empty() ? 0 : channels.front().size(); }
  int channel_count() const { return static_cast<int>(channels.size()); }
  double seconds() const { return sample_rate > 0 ? static_cast<double>(length()) / sample_rate : 0.0; }
  bool empty() const { return length() == 0; }
  /// Mean of the channels, as librosa.to_mono does.
  std::vector<float> mono() const;
};

}  // namespace luthier::audio
