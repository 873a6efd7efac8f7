#include "audio/peaks.h"

#include <algorithm>
#include <cmath>

namespace luthier::audio {
namespace {

MinMax extremes(std::span<const float> samples) {
  const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
  return {*low, *high};
}

MinMax extremes(std::span<const MinMax> bins) {
  MinMax all = bins.front();
  for (const MinMax& bin : bins) all = {std::min(all.min, bin.min), std::max(all.max, bin.max)};
  return all;
}

template <class Source>
std::vector<MinMax> reduce(std::span<const Source> source, std::size_t factor) {
  std::vector<MinMax> out;
  out.reserve(source.size() / factor + 1);
  for (std::size_t i = 0; i < source.size(); i += factor)
    out.push_back(extremes(source.subspan(i, std::min(factor, source.size() - i))));
  return out;
}

}  // namespace

PeakPyramid::PeakPyramid(std::span<const float> samples) : length_(samples.size()) {
  if (samples.empty()) return;
  levels_.push_back(reduce(samples, kBase));
  while (levels_.back().size() > kFactor)
    levels_.push_back(reduce(std::span<const MinMax>(levels_.back()), kFactor));
}

std::vector<MinMax> PeakPyramid::columns(std::span<const float> samples, double begin, double end,
                                         int width) const {
  std::vector<MinMax> out(static_cast<std::size_t>(std::max(width, 0)));
  if (out.empty() || length_ == 0 || !(end > begin)) return out;
  const double step = (end - begin) / width;
  // The coarsest level whose bins are not wider than a column; none: read the samples.
  std::size_t level = 0, bin = 0;
  for (std::size_t size = kBase, i = 0; i < levels_.size() && static_cast<double>(size) <= step;
       ++i, size *= kFactor) {
    level = i;
    bin = size;
  }
  const auto limit = static_cast<double>(length_);
  for (std::size_t column = 0; column < out.size(); ++column) {
    const double from = begin + static_cast<double>(column) * step;
    const double to = from + step;
    if (to <= 0.0 || from >= limit) continue;
    const auto first = static_cast<std::size_t>(std::max(0.0, std::floor(from)));
    const auto last = std::max(first + 1, static_cast<std::size_t>(std::min(limit, std::ceil(to))));
    if (bin == 0) {
      if (last <= samples.size()) out[column] = extremes(samples.subspan(first, last - first));
    } else {
      const std::vector<MinMax>& bins = levels_[level];
      const std::size_t left = first / bin, right = std::min(bins.size(), (last + bin - 1) / bin);
      out[column] = extremes(std::span(bins).subspan(left, right - left));
    }
  }
  return out;
}

}  // namespace luthier::audio
