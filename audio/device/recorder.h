#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "audio/audio_buffer.h"

namespace luthier::audio {

struct RecorderOptions {
  int device = -1;  ///< index of list_devices; -1: the default input
  int channels = 1;
  int preferred_rate = 0;  ///< Hz; 0 or refused: the device's default
  double max_seconds = 600.0;
};

/// Records from a sound input into memory. One owner thread; the callback fills a ring that a collector
/// thread empties.
class Recorder {
 public:
  /// Opens the input; throws AudioError with kNoInputMessage when there is none.
  explicit Recorder(const RecorderOptions& options = {});
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void start();
  /// Stops and hands over what was recorded since start().
  AudioBuffer stop();
  bool recording() const;
  double seconds() const;   ///< recorded so far
  int sample_rate() const;  ///< Hz
  /// What was recorded from this frame on, all channels mixed to one; stop() still hands over everything.
  std::vector<float> recorded_from(std::size_t frame) const;
  float level() const;      ///< peak |sample| of the last 50 ms or so
  bool overflowed() const;  ///< samples were lost
  std::string description() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace luthier::audio
