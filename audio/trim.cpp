#include "audio/trim.h"

#include <algorithm>
#include <cmath>

namespace luthier::audio {
namespace {

/// Mean square of each centred, zero-padded frame: librosa.feature.rms squared.
std::vector<double> frame_powers(std::span<const float> samples, const TrimOptions& options) {
  const auto total = static_cast<std::ptrdiff_t>(samples.size());
  const std::ptrdiff_t frames = 1 + (total + 2 * (options.frame / 2) - options.frame) / options.hop;
  std::vector<double> powers(static_cast<std::size_t>(std::max<std::ptrdiff_t>(frames, 0)));
  for (std::size_t t = 0; t < powers.size(); ++t) {
    const std::ptrdiff_t start = static_cast<std::ptrdiff_t>(t) * options.hop - options.frame / 2;
    double sum = 0.0;
    for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(start, 0); i < std::min(start + options.frame, total);
         ++i) {
      const double x = samples[static_cast<std::size_t>(i)];
      sum += x * x;
    }
    powers[t] = sum / options.frame;
  }
  return powers;
}

SampleRange range_of(const std::vector<double>& powers, std::size_t length, const TrimOptions& options) {
  constexpr double kFloor = 1e-10;  // librosa.amplitude_to_db: amin 1e-5
  if (powers.empty()) return {};
  const double reference = std::max(kFloor, *std::max_element(powers.begin(), powers.end()));
  const auto sounds = [&](double power) {
    return 10.0 * std::log10(std::max(kFloor, power)) - 10.0 * std::log10(reference) > -options.top_db;
  };
  const auto first = std::find_if(powers.begin(), powers.end(), sounds);
  if (first == powers.end()) return {};
  const auto last = std::find_if(powers.rbegin(), powers.rend(), sounds);
  const auto hop = static_cast<std::size_t>(options.hop);
  const auto begin = static_cast<std::size_t>(first - powers.begin()) * hop;
  const auto end = static_cast<std::size_t>(powers.rend() - last) * hop;
  return {std::min(begin, length), std::min(end, length)};
}

void check(const TrimOptions& options) {
  if (options.frame < 1 || options.hop < 1)
    throw AudioError("Trimming needs a frame and a hop of at least 1 sample.");
}

}  // namespace

SampleRange sounding_range(std::span<const float> samples, const TrimOptions& options) {
  check(options);
  if (samples.empty()) return {};
  return range_of(frame_powers(samples, options), samples.size(), options);
}

SampleRange sounding_range(const AudioBuffer& buffer, const TrimOptions& options) {
  check(options);
  if (buffer.empty()) return {};
  std::vector<double> loudest = frame_powers(buffer.channels.front(), options);
  for (std::size_t c = 1; c < buffer.channels.size(); ++c) {
    const std::vector<double> powers = frame_powers(buffer.channels[c], options);
    for (std::size_t t = 0; t < loudest.size(); ++t) loudest[t] = std::max(loudest[t], powers[t]);
  }
  return range_of(loudest, buffer.length(), options);
}

AudioBuffer trim(const AudioBuffer& buffer, const TrimOptions& options) {
  return slice(buffer, sounding_range(buffer, options));
}

AudioBuffer slice(const AudioBuffer& buffer, SampleRange range) {
  AudioBuffer out(buffer.sample_rate, buffer.channel_count(), range.empty() ? 0 : range.length());
  const std::size_t end = std::min(range.end, buffer.length());
  for (std::size_t c = 0; c < out.channels.size(); ++c)
    if (range.begin < end)
      std::copy(buffer.channels[c].begin() + static_cast<std::ptrdiff_t>(range.begin),
                buffer.channels[c].begin() + static_cast<std::ptrdiff_t>(end), out.channels[c].begin());
  return out;
}

std::vector<SampleRange> chunk_ranges(std::size_t total, std::size_t length, std::size_t hop,
                                      std::size_t max_start) {
  if (length == 0) throw AudioError("A chunk needs at least 1 sample.");
  if (hop == 0) hop = length;
  std::vector<SampleRange> ranges;
  for (std::size_t start = 0; start < total && (max_start == 0 || start < max_start); start += hop)
    ranges.push_back({start, start + length});
  return ranges;
}

}  // namespace luthier::audio
