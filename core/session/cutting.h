#pragma once
#include <cstdint>
#include <stop_token>
#include <vector>

#include "audio/audio_buffer.h"
#include "core/session/segment_choice.h"
#include "db/rows.h"

namespace luthier {

struct CutOptions {
  double clip_seconds = 3;    ///< length of a clip; 0 = one clip, the whole
  bool trim = true;           ///< leave silence at both ends of the recording out (audio/trim.h, 2048-sample frames)
  double top_db = 20;         ///< quieter than the loudest frame by this much is silence
  SegmentOptions segments;    ///< all of it, or a few segments of `clip_seconds`
  double max_seconds = 0;     ///< clips that would start later than this after the trimmed start are left out; 0 = none
};

/// The clips of one recording, ready for the catalog but for `recording`, label and phrase: end to end from the trimmed
/// start, none overlapping. The last one is filled up with zeros to the full length (`pad_frames`); whatever the recording
/// holds behind the trimmed end is not part of it. With `segments` only those that choose_segments() picks. Hash, loudness and peak are measured. Empty for an empty sound;
/// cut off when stopped.
std::vector<db::ClipRow> cut(const audio::AudioBuffer& sound, const CutOptions& options, const std::stop_token& stop = {});

/// One clip of these frames, with hash, loudness and peak. Frames beyond the end become padding. Throws SessionError when
/// nothing is left.
db::ClipRow clip_of(const audio::AudioBuffer& sound, std::int64_t start, std::int64_t frames, std::int64_t pad = 0);

}  // namespace luthier
