#include "core/session/cutting.h"

#include <algorithm>
#include <cmath>

#include "audio/loudness.h"
#include "audio/trim.h"
#include "core/session/content_hash.h"
#include "core/session/workspace.h"

namespace luthier {

db::ClipRow clip_of(const audio::AudioBuffer& sound, std::int64_t start, std::int64_t frames, std::int64_t pad) {
  const auto length = static_cast<std::int64_t>(sound.length());
  if (start < 0 || start >= length || frames <= 0) throw SessionError("a clip must lie within its recording and have a length");
  const std::int64_t inside = std::min(frames, length - start);
  db::ClipRow clip;
  clip.start_frame = start;
  clip.frame_count = inside;
  clip.pad_frames = pad + frames - inside;
  const auto begin = static_cast<std::size_t>(start), count = static_cast<std::size_t>(inside);
  clip.sha256 = sha256_of_clip(sound, begin, count, clip.pad_frames);
  const audio::AudioBuffer part = audio::slice(sound, {begin, begin + count});
  if (const double peak = audio::peak(part); peak > 0) clip.peak = audio::to_dbfs(peak);
  clip.loudness = audio::loudness_lufs(part);
  return clip;
}

namespace {

std::vector<db::ClipRow> cut_segments(const audio::AudioBuffer& sound, const audio::SampleRange& range, std::size_t length, const SegmentOptions& options,
                                      const std::stop_token& stop) {
  std::vector<db::ClipRow> clips;
  for (const auto& segment : choose_segments(sound, range, length, options)) {
    if (stop.stop_requested()) break;
    clips.push_back(clip_of(sound, static_cast<std::int64_t>(segment.begin), static_cast<std::int64_t>(segment.length()), static_cast<std::int64_t>(length - segment.length())));
  }
  return clips;
}

}  // namespace

std::vector<db::ClipRow> cut(const audio::AudioBuffer& sound, const CutOptions& options, const std::stop_token& stop) {
  audio::SampleRange range{0, sound.length()};
  if (options.trim) range = audio::sounding_range(sound, {.top_db = options.top_db});
  const auto begin = static_cast<std::int64_t>(range.begin), end = static_cast<std::int64_t>(range.end);
  const auto wanted = static_cast<std::int64_t>(std::llround(options.clip_seconds * sound.sample_rate));
  const std::int64_t length = wanted > 0 ? wanted : end - begin;
  if (options.segments.choice != "all") return cut_segments(sound, range, static_cast<std::size_t>(length), options.segments, stop);
  const double latest = options.max_seconds > 0 ? options.max_seconds * sound.sample_rate : HUGE_VAL;
  std::vector<db::ClipRow> clips;
  for (std::int64_t start = begin; start < end && static_cast<double>(start - begin) < latest; start += length) {
    if (stop.stop_requested()) break;
    const std::int64_t frames = std::min(length, end - start);
    clips.push_back(clip_of(sound, start, frames, length - frames));
  }
  return clips;
}

}  // namespace luthier
