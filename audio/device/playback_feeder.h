#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "audio/device/call_watch.h"
#include "audio/device/output_stream.h"
#include "audio/device/playback_mixer.h"
#include "audio/device/playback_source.h"
#include "audio/device/player.h"
#include "audio/device/time_stretcher.h"
#include "audio/resampler.h"

namespace luthier::audio::detail {

/// What ties frames of the device to samples of the sound, from one flush to the next.
struct PlaybackEpoch {
  std::uint64_t start = 0;  ///< frame of the mixer
  double ratio = 1.0;       ///< samples of the sound a frame of the device
  std::vector<PlaybackSource::Jump> jumps = {{0, 0}};

  double sample_at(double frame) const;
};

/// What the player was told, and the thread that makes it heard: it opens the device, reads, stretches and
/// resamples ahead into the mixer's ring, and gives the device back when nothing was played for a while.
class PlaybackFeeder {
 public:
  PlaybackFeeder(const OutputOptions& output_options, OutputOpener open_device);
  ~PlaybackFeeder();
  PlaybackFeeder(const PlaybackFeeder&) = delete;
  PlaybackFeeder& operator=(const PlaybackFeeder&) = delete;

  // Guarded by `mutex`; whoever changes one of the requests notifies `wake`.
  std::mutex mutex;
  std::condition_variable wake;
  PlaybackSource::Buffers buffers;
  std::size_t selected = 0;
  std::size_t length = 0;
  std::optional<SampleRange> loop;
  double speed = 1.0;
  float gain = 1.0f;
  PlayerState state = PlayerState::stopped;
  bool ended = false;               ///< everything was played
  std::optional<std::size_t> seek;  ///< asked for, not yet done
  bool loaded = false, loop_changed = false, speed_changed = false,
       selected_changed = false;         ///< news for the thread
  std::unique_ptr<PlaybackMixer> mixer;  ///< null until the device was looked for
  bool audible = false;
  std::string description = "Looking for a sound output …";

  // With the lock.
  double position() const;
  void set_state(PlayerState wanted);
  std::size_t first_sample() const { return loop ? loop->begin : 0; }

 private:
  void run();
  void open();
  bool news() const { return loaded || seek || loop_changed || speed_changed || selected_changed; }
  void take_news();
  void restart(std::size_t sample);
  void top_up();
  bool make_more();
  void manage_device(bool play);
  void reopen();

  // Guarded by `mutex`.
  bool quit_ = false;
  PlaybackEpoch epoch_;
  double latency_ = 0.0;

  // The thread's own.
  OutputOptions options_;
  const OutputOpener open_device_;
  CallWatch watch_;  ///< the sound callback counts in it, so it outlives the output
  std::unique_ptr<OutputStream> output_;
  std::unique_ptr<PlaybackSource> source_;
  std::unique_ptr<StreamResampler> resampler_;
  std::unique_ptr<TimeStretcher> stretcher_;
  std::vector<float> pending_;  ///< made, but not yet in the ring; interleaved
  std::size_t pending_at_ = 0;
  std::size_t read_frames_ = 0;  ///< of the source, since the restart
  bool tail_made_ = false, tail_marked_ = false;
  bool device_running_ = false;
  int failures_ = 0;
  double queued_seconds_;
  std::size_t underruns_seen_ = 0;
  std::chrono::steady_clock::time_point last_used_;
  std::thread thread_;
};

}  // namespace luthier::audio::detail
