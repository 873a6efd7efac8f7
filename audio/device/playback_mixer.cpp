#include "audio/device/playback_mixer.h"

#include <algorithm>
#include <chrono>

namespace luthier::audio::detail {
namespace {

constexpr double kRampSeconds = 0.005;
constexpr double kGainSeconds = 0.010;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

PlaybackMixer::PlaybackMixer(int sample_rate, int channels, double ring_seconds)
    : rate_(sample_rate),
      channels_(channels),
      ramp_step_(static_cast<float>(1.0 / (kRampSeconds * sample_rate))),
      gain_step_(static_cast<float>(1.0 / (kGainSeconds * sample_rate))),
      ring_(static_cast<std::size_t>(ring_seconds * sample_rate) * static_cast<std::size_t>(channels)) {}

void PlaybackMixer::write(std::span<const float> interleaved) {
  written_ += ring_.write(interleaved) / static_cast<std::size_t>(channels_);
}

void PlaybackMixer::flush() {
  end_.store(UINT64_MAX);
  flush_.store(written_);
}

double PlaybackMixer::heard(double latency_seconds) const {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::uint32_t version = version_.load(std::memory_order_acquire);
    const std::uint64_t before = before_.load(std::memory_order_relaxed),
                        frames = frames_.load(std::memory_order_relaxed);
    const std::int64_t time = time_ns_.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (version % 2 != 0 || version != version_.load(std::memory_order_relaxed)) continue;
    const double delivered = static_cast<double>(before + frames);
    if (!running_.load()) return delivered;
    const double since = static_cast<double>(now_ns() - time) * 1e-9 * rate_;
    return std::max(0.0, std::min(delivered, static_cast<double>(before) + since - latency_seconds * rate_));
  }
  return static_cast<double>(consumed_.load());
}

void PlaybackMixer::publish(std::uint64_t before, std::size_t frames) {
  const std::uint32_t version = version_.load(std::memory_order_relaxed);
  version_.store(version + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  before_.store(before, std::memory_order_relaxed);
  frames_.store(frames, std::memory_order_relaxed);
  time_ns_.store(now_ns(), std::memory_order_relaxed);
  version_.store(version + 2, std::memory_order_release);
}

std::size_t PlaybackMixer::take(float* out, std::size_t frames) {
  const auto channels = static_cast<std::size_t>(channels_);
  const std::size_t got = ring_.read({out, frames * channels}) / channels;
  consumed_.store(consumed_.load(std::memory_order_relaxed) + got);
  return got;
}

void PlaybackMixer::fill(float* out, std::size_t frames, int channels) {
  std::fill_n(out, frames * static_cast<std::size_t>(channels), 0.0f);
  if (channels != channels_) return;
  const bool running = running_.load();
  const std::uint64_t before = consumed_.load(std::memory_order_relaxed);
  const auto width = static_cast<std::size_t>(channels_);
  const auto ramp_down = [&](std::size_t from, std::size_t limit) {
    const auto wanted = static_cast<std::size_t>(ramp_ / ramp_step_ + 1.0f);
    const std::size_t got = take(out + from * width, std::min({wanted, limit, frames - from}));
    for (std::size_t i = 0; i < got; ++i) {
      ramp_ = std::max(0.0f, ramp_ - ramp_step_);
      for (std::size_t c = 0; c < width; ++c) out[(from + i) * width + c] *= ramp_;
    }
    return got;
  };

  std::size_t done = 0;
  const std::uint64_t flush = flush_.load();
  if (flush != flushed_) {
    const std::uint64_t here = consumed_.load(std::memory_order_relaxed);
    const bool fresh = here == flushed_;  // nothing of it was heard yet: nothing to fade
    if (!fresh && ramp_ > 0.0f && here < flush) done = ramp_down(0, static_cast<std::size_t>(flush - here));
    const std::uint64_t left = flush - consumed_.load(std::memory_order_relaxed);
    if (ramp_ <= 0.0f || left == 0 || fresh) {
      ring_.skip(static_cast<std::size_t>(left) * width);
      consumed_.store(flush);
      flushed_ = flush;
      ramp_ = 1.0f;  // the feeder fades its beginning in where that is needed
    }
  }
  if (flush == flushed_ && done < frames) {
    const bool fresh = consumed_.load(std::memory_order_relaxed) == flushed_;
    if (running) {
      const std::size_t got = take(out + done * width, frames - done);
      for (std::size_t i = done; ramp_ < 1.0f && i < done + got; ++i) {
        ramp_ = std::min(1.0f, ramp_ + ramp_step_);
        for (std::size_t c = 0; c < width; ++c) out[i * width + c] *= ramp_;
      }
      if (done + got < frames && !(fresh && got == 0) && consumed_.load() < end_.load())
        underruns_.fetch_add(1);
    } else if (!fresh && ramp_ > 0.0f) {
      ramp_down(done, frames);
    }
  }

  const float gain = gain_.load();
  if (gain != 1.0f || gain_now_ != 1.0f)
    for (std::size_t i = 0; i < frames; ++i) {
      gain_now_ =
          gain > gain_now_ ? std::min(gain, gain_now_ + gain_step_) : std::max(gain, gain_now_ - gain_step_);
      for (std::size_t c = 0; c < width; ++c) out[i * width + c] *= gain_now_;
    }
  const std::uint64_t after = consumed_.load(std::memory_order_relaxed);
  publish(std::max(before, std::min(flushed_, after)),
          static_cast<std::size_t>(after - std::max(before, std::min(flushed_, after))));
}

}  // namespace luthier::audio::detail
