#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace luthier::audio::detail {

/// Tells when a started device has stopped calling back without having said that it failed: a server that
/// hangs, a driver whose thread waits for ever. Only time that the looking thread itself was awake for counts,
/// so a machine that slept or was busy raises no alarm.
class CallWatch {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kSilence{1500};
  /// Before its first call: a sound server or a wireless headphone may take seconds to wake up.
  static constexpr std::chrono::milliseconds kFirstCall{5000};

  /// The sound thread, at every callback: touches an atomic only.
  void called() { calls_.fetch_add(1, std::memory_order_relaxed); }

  // The thread that looks.
  /// The device is started.
  void start(Clock::time_point now) {
    heard_ = false;
    calls_seen_ = calls_.load(std::memory_order_relaxed);
    rest(now);
  }
  /// No calls are waited for: paused, or stopped.
  void rest(Clock::time_point now) {
    silence_ = {};
    looked_ = now;
  }
  /// To be asked many times a second while calls are waited for. True when there was none for too long.
  bool stalled(Clock::time_point now) {
    silence_ += std::min<Clock::duration>(now - looked_, kLongestLook);
    looked_ = now;
    if (const std::uint64_t calls = calls_.load(std::memory_order_relaxed); calls != calls_seen_) {
      calls_seen_ = calls;
      heard_ = true;
      silence_ = {};
    }
    return silence_ > (heard_ ? kSilence : kFirstCall);
  }

 private:
  static constexpr std::chrono::milliseconds kLongestLook{100};

  std::atomic<std::uint64_t> calls_{0};
  std::uint64_t calls_seen_ = 0;
  bool heard_ = false;  ///< called back since the start
  Clock::duration silence_{};
  Clock::time_point looked_{};
};

}  // namespace luthier::audio::detail
