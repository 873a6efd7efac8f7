#include "core/session/segment_choice.h"

#include <algorithm>
#include <cmath>

#include "audio/random.h"
#include "core/data/sound_measures.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

using audio::SampleRange;
constexpr double kFrame = 0.1;  ///< s

/// The recording's level, so that any stretch of it can be asked whether it sounds.
class Sounding {
 public:
  Sounding(const audio::AudioBuffer& sound, const SegmentOptions& options)
      : options_(options), frame_(std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(kFrame * sound.sample_rate)))) {
    for (const double level : levels(sound.mono(), sound.sample_rate, kFrame)) loud_.push_back(level > options.sounding_dbfs);
  }
  bool operator()(const SampleRange& range) const {
    const std::size_t first = range.begin / frame_, last = std::min(loud_.size(), (range.end + frame_ - 1) / frame_);
    if (last <= first) return false;
    const auto count = std::count(loud_.begin() + static_cast<std::ptrdiff_t>(first), loud_.begin() + static_cast<std::ptrdiff_t>(last), true);
    return static_cast<double>(count) >= options_.sounding_share * static_cast<double>(last - first);
  }

 private:
  const SegmentOptions& options_;
  std::size_t frame_;
  std::vector<bool> loud_;
};

bool free_of(const std::vector<SampleRange>& taken, const SampleRange& range, std::size_t apart) {
  return std::none_of(taken.begin(), taken.end(), [&](const SampleRange& other) {
    const std::size_t distance = range.begin > other.begin ? range.begin - other.begin : other.begin - range.begin;
    return distance < std::max(apart, range.length());
  });
}

std::vector<SampleRange> evenly(SampleRange inside, std::size_t length, std::int64_t count, std::size_t edge, std::size_t shift, int tries, const Sounding& sounds) {
  if (inside.length() >= 2 * edge + length) inside = {inside.begin + edge, inside.end - edge};
  const std::size_t room = inside.length() - length;
  count = std::min<std::int64_t>(count, static_cast<std::int64_t>(inside.length() / length));
  std::vector<SampleRange> taken;
  for (std::int64_t i = 0; i < count; ++i) {
    const double share = count == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(count - 1);
    std::size_t begin = inside.begin + static_cast<std::size_t>(std::llround(share * static_cast<double>(room)));
    for (int attempt = 0; attempt <= tries && begin + length <= inside.end; ++attempt, begin += shift)
      if (const SampleRange range{begin, begin + length}; sounds(range) && free_of(taken, range, 0)) {
        taken.push_back(range);
        break;
      }
  }
  return taken;
}

std::vector<SampleRange> at_random(const SampleRange& inside, std::size_t length, std::int64_t count, std::size_t apart, int tries, std::uint64_t seed, const Sounding& sounds) {
  audio::Random random(seed * 0x9E3779B97F4A7C15ULL + inside.length());
  const auto room = static_cast<double>(inside.length() - length);
  std::vector<SampleRange> taken;
  for (std::int64_t i = 0; i < count; ++i)
    for (int attempt = 0; attempt <= tries; ++attempt) {
      const std::size_t begin = inside.begin + static_cast<std::size_t>(random.uniform() * room);
      if (const SampleRange range{begin, begin + length}; free_of(taken, range, apart) && sounds(range)) {
        taken.push_back(range);
        break;
      }
    }
  return taken;
}

}  // namespace

std::int64_t segment_count(const SegmentOptions& options, double seconds) {
  if (options.choice == "centre") return 1;
  if (options.count > 0) return options.count;
  if (options.choice == "random") return seconds < 40 ? 1 : seconds < 70 ? 2 : seconds < 200 ? 3 : seconds < 300 ? 4 : 5;
  return seconds < 120 ? 2 : seconds < 300 ? 4 : seconds < 1020 ? 8 : 10;
}

std::vector<SampleRange> choose_segments(const audio::AudioBuffer& sound, const SampleRange& inside, std::size_t length, const SegmentOptions& options) {
  const Sounding sounds(sound, options);
  if (inside.empty() || length == 0) return {};
  if (inside.length() <= length) return sounds(inside) ? std::vector<SampleRange>{inside} : std::vector<SampleRange>{};
  const auto samples = [&](double seconds) { return static_cast<std::size_t>(std::llround(seconds * sound.sample_rate)); };
  const auto count = segment_count(options, static_cast<double>(inside.length()) / sound.sample_rate);
  std::vector<SampleRange> chosen;
  if (options.choice == "centre") {
    const std::size_t begin = inside.begin + (inside.length() - length) / 2;
    if (const SampleRange range{begin, begin + length}; sounds(range)) chosen.push_back(range);
  } else if (options.choice == "even") {
    chosen = evenly(inside, length, count, samples(options.edge_seconds), std::max<std::size_t>(1, samples(1)), options.tries, sounds);
  } else if (options.choice == "random") {
    chosen = at_random(inside, length, count, samples(options.apart_seconds), options.tries, options.seed, sounds);
  } else {
    throw SessionError("segments are chosen even, random or centre, not '" + options.choice + "'");
  }
  std::sort(chosen.begin(), chosen.end(), [](const SampleRange& a, const SampleRange& b) { return a.begin < b.begin; });
  return chosen;
}

}  // namespace luthier
