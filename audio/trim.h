#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "audio/audio_buffer.h"

namespace luthier::audio {

/// Half-open range of samples [begin, end).
struct SampleRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t length() const { return end - begin; }
  bool empty() const { return end <= begin; }
  bool operator==(const SampleRange&) const = default;
};

struct TrimOptions {
  double top_db = 20.0;  ///< quieter than the loudest frame by this much is silence
  int frame = 2048;      ///< samples of one RMS frame
  int hop = 512;         ///< samples from frame to frame
};

/// The sounding part as librosa.effects.trim finds it (ref = max, centred zero-padded frames), to the sample.
/// Empty range for an empty signal. A signal of zeros is kept whole, as in librosa (0 dB below its own
/// maximum).
SampleRange sounding_range(std::span<const float> samples, const TrimOptions& options = {});
/// The same over several channels: a frame sounds when one channel sounds.
SampleRange sounding_range(const AudioBuffer& buffer, const TrimOptions& options = {});
/// Copy of the sounding part.
AudioBuffer trim(const AudioBuffer& buffer, const TrimOptions& options = {});
/// Copy of a range; samples beyond the end are zero.
AudioBuffer slice(const AudioBuffer& buffer, SampleRange range);

/// Chunks of `length` samples every `hop` (0: length) samples; the last may reach beyond `total` (to be
/// zero-padded). Starts at or beyond `max_start` (0: no bound) are left out. System A: length 66150,
/// max_start 1800 s.
std::vector<SampleRange> chunk_ranges(std::size_t total, std::size_t length, std::size_t hop = 0,
                                      std::size_t max_start = 0);

}  // namespace luthier::audio
