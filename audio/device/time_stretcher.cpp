#include "audio/device/time_stretcher.h"

#include <algorithm>
#include <cmath>

#ifdef LUTHIER_HAS_RUBBERBAND
#include <rubberband/RubberBandStretcher.h>
#endif

namespace luthier::audio::detail {

#ifdef LUTHIER_HAS_RUBBERBAND

struct TimeStretcher::Impl {
  Impl(int sample_rate, int channel_count, double wanted_speed)
      : speed(wanted_speed),
        stretcher(static_cast<std::size_t>(sample_rate), static_cast<std::size_t>(channel_count),
                  RubberBand::RubberBandStretcher::OptionProcessRealTime |
                      RubberBand::RubberBandStretcher::OptionEngineFiner,
                  1.0 / wanted_speed, 1.0),
        planes(static_cast<std::size_t>(channel_count)),
        to_drop(stretcher.getStartDelay()) {
    // Silence first, so that the first frames are not swallowed by the analysis window; its stretched image
    // is dropped.
    feed_planes(stretcher.getPreferredStartPad());
    std::vector<float> nothing;
    collect(nothing);
  }

  void feed_planes(std::size_t frames) {
    std::vector<const float*> pointers;
    for (auto& plane : planes) {
      plane.resize(frames);
      pointers.push_back(plane.data());
    }
    stretcher.process(pointers.data(), frames, false);
  }

  void collect(std::vector<float>& out) {
    for (int ready = stretcher.available(); ready > 0; ready = stretcher.available()) {
      const auto frames = static_cast<std::size_t>(ready);
      std::vector<std::vector<float>> result(planes.size(), std::vector<float>(frames));
      std::vector<float*> pointers;
      for (auto& plane : result) pointers.push_back(plane.data());
      const std::size_t got = stretcher.retrieve(pointers.data(), frames);
      const std::size_t first = std::min(to_drop, got);
      to_drop -= first;
      given += got - first;
      for (std::size_t i = first; i < got; ++i)
        for (const auto& plane : result) out.push_back(plane[i]);
    }
  }

  double speed;
  std::size_t taken = 0, given = 0;  ///< frames in and out
  RubberBand::RubberBandStretcher stretcher;
  std::vector<std::vector<float>> planes;
  std::size_t to_drop;
};

bool TimeStretcher::available() { return true; }

TimeStretcher::TimeStretcher(int sample_rate, int channels, double speed)
    : impl_(std::make_unique<Impl>(sample_rate, channels, speed)) {}

void TimeStretcher::process(std::span<const float> interleaved, std::vector<float>& out) {
  constexpr std::size_t kBlock = 1024;
  const std::size_t channels = impl_->planes.size(), frames = interleaved.size() / channels;
  for (std::size_t start = 0; start < frames; start += kBlock) {
    const std::size_t count = std::min(kBlock, frames - start);
    for (std::size_t c = 0; c < channels; ++c) {
      impl_->planes[c].resize(count);
      for (std::size_t i = 0; i < count; ++i) impl_->planes[c][i] = interleaved[(start + i) * channels + c];
    }
    impl_->feed_planes(count);
    impl_->taken += count;
    impl_->collect(out);
  }
}

void TimeStretcher::finish(std::vector<float>& out) {
  // Silence pushes the rest out; as much is taken as belongs to what was given.
  const auto due = static_cast<std::size_t>(std::llround(static_cast<double>(impl_->taken) / impl_->speed));
  for (int i = 0; i < 64 && impl_->given < due; ++i) {
    for (auto& plane : impl_->planes) plane.assign(1024, 0.0f);
    impl_->feed_planes(1024);
    impl_->collect(out);
  }
  if (impl_->given > due)
    out.resize(out.size() - std::min(out.size(), (impl_->given - due) * impl_->planes.size()));
}

#else

struct TimeStretcher::Impl {};
bool TimeStretcher::available() { return false; }
TimeStretcher::TimeStretcher(int, int, double) {}
void TimeStretcher::process(std::span<const float> interleaved, std::vector<float>& out) {
  out.insert(out.end(), interleaved.begin(), interleaved.end());
}
void TimeStretcher::finish(std::vector<float>&) {}

#endif

TimeStretcher::~TimeStretcher() = default;

}  // namespace luthier::audio::detail
