#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "audio/audio_buffer.h"

namespace luthier::audio {

/// soxr recipes: `high` (HQ, 20 bit) is what librosa calls soxr_hq; `very_high` (VHQ, 28 bit) costs about 1.5
/// times as much.
enum class ResampleQuality { high, very_high };

/// One channel, whole. Length is ceil(samples.size() * to / from), as librosa.resample gives. Deterministic.
/// Throws AudioError for rates outside 1 … 768000 Hz.
std::vector<float> resample(std::span<const float> samples, double from_rate, double to_rate,
                            ResampleQuality quality = ResampleQuality::high);
/// All channels; returns a copy when the rate is right already.
AudioBuffer resample(const AudioBuffer& buffer, int to_rate, ResampleQuality quality = ResampleQuality::high);

/// Resamples a stream of interleaved frames piece by piece. One thread at a time. Rates do not change.
class StreamResampler {
 public:
  StreamResampler(int from_rate, int to_rate, int channels, ResampleQuality quality = ResampleQuality::high);
  ~StreamResampler();
  StreamResampler(StreamResampler&&) noexcept;
  StreamResampler& operator=(StreamResampler&&) noexcept;

  /// Takes interleaved frames, appends what is ready to `out` (interleaved).
  void process(std::span<const float> interleaved, std::vector<float>& out);
  /// Appends the tail. Afterwards the stream is empty and may be used afresh.
  void finish(std::vector<float>& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace luthier::audio
