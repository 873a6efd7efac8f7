#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "audio/device/sample_ring.h"

namespace luthier::audio::detail {

/// What stands between the player's feeder thread and the sound callback: a ring of frames, counters and
/// ramps. All counts are frames at the device's rate since construction.
class PlaybackMixer {
 public:
  PlaybackMixer(int sample_rate, int channels, double ring_seconds);

  // The feeder's thread.
  std::size_t writable() const { return ring_.writable() / static_cast<std::size_t>(channels_); }
  /// Frames that are still to be played.
  std::size_t queued() const {
    return static_cast<std::size_t>(written_ - std::max(consumed_.load(), flush_.load()));
  }
  /// Interleaved frames; must fit.
  void write(std::span<const float> interleaved);
  std::uint64_t written() const { return written_; }
  /// What was written so far is faded out within 5 ms and dropped; what follows is played instead.
  void flush();
  /// What was written so far is all there is: running dry is no underrun.
  void mark_end() { end_.store(written_); }
  bool ended() const { return consumed_.load() >= end_.load(); }

  // Any thread.
  void set_running(bool running) { running_.store(running); }
  void set_gain(float gain) { gain_.store(gain); }
  std::size_t underruns() const { return underruns_.load(); }
  std::uint64_t consumed() const { return consumed_.load(); }
  /// Frames that reached the ear by now: those before the running callback, plus the time since it began,
  /// less the latency. While not running, all that was consumed.
  double heard(double latency_seconds) const;

  /// The sound thread. Never allocates, locks or waits. Gives zeros while not running.
  void fill(float* out, std::size_t frames, int channels);

 private:
  std::size_t take(float* out, std::size_t frames);
  void publish(std::uint64_t before, std::size_t frames);

  int rate_, channels_;
  float ramp_step_, gain_step_;
  SampleRing ring_;
  std::uint64_t written_ = 0;
  std::atomic<std::uint64_t> consumed_{0};
  std::atomic<std::uint64_t> flush_{0};  ///< frames before this one are stale
  std::atomic<std::uint64_t> end_{UINT64_MAX};
  std::atomic<bool> running_{false};
  std::atomic<float> gain_{1.0f};
  std::atomic<std::size_t> underruns_{0};
  // The sound thread's own.
  float ramp_ = 1.0f, gain_now_ = 1.0f;
  std::uint64_t flushed_ = 0;
  // A seqlock: odd while the callback writes.
  std::atomic<std::uint32_t> version_{0};
  std::atomic<std::uint64_t> before_{0};
  std::atomic<std::uint64_t> frames_{0};
  std::atomic<std::int64_t> time_ns_{0};
};

}  // namespace luthier::audio::detail
