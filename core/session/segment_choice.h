#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "audio/audio_buffer.h"
#include "audio/trim.h"

namespace luthier {

/// A few segments of a long recording instead of all of it, so that every recording counts alike. The initialisers are the
/// rules by which the disentangled system's collections were cut.
struct SegmentOptions {
  std::string choice = "all";     ///< "all", "even", "random" or "centre"
  std::int64_t count = 0;         ///< segments of a recording; 0: by its length, see segment_count()
  double edge_seconds = 15;       ///< left out at both ends ("even"), where the recording is long enough
  double apart_seconds = 25;      ///< least distance of two starts ("random")
  double sounding_share = 0.6;    ///< of a segment's 100 ms frames that must be louder than …
  double sounding_dbfs = -45;     ///< … this
  int tries = 20;                 ///< shifts by 1 s ("even") or fresh draws for each segment ("random") until it sounds
  std::uint64_t seed = 1;         ///< of "random"; the draw depends on the recording's length too
};

/// "even": 2, 4, 8, 10 below 2, 5, 17 minutes and above. "random": 1, 2, 3, 4, 5 below 40, 70, 200, 300 s and above. "centre": 1.
std::int64_t segment_count(const SegmentOptions& options, double seconds);

/// Ranges of `length` samples within `inside`, in order, none overlapping; fewer than wanted where too little sounds. A
/// recording shorter than a segment gives its whole as one, when that sounds. Throws SessionError for an unknown choice.
std::vector<audio::SampleRange> choose_segments(const audio::AudioBuffer& sound, const audio::SampleRange& inside, std::size_t length, const SegmentOptions& options);

}  // namespace luthier
