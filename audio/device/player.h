#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/audio_buffer.h"
#include "audio/device/output_stream.h"
#include "audio/trim.h"

namespace luthier::audio {

enum class PlayerState { stopped, playing, paused };

/// Plays one of several buffers that share a time line (content, style, result …) and switches between them
/// without a gap or a click. Positions are samples of the loaded buffers. All methods are for one owner
/// thread and return at once; a feeder thread resamples and mixes ahead, the sound callback only copies from
/// a ring.
class Player {
 public:
  explicit Player(const OutputOptions& output = {}, OutputOpener open_device = open_output);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  /// Stops, and takes over the sound. Throws AudioError for an empty buffer.
  void load(AudioBuffer buffer);
  /// Several sounds of one sample rate; shorter ones are silent at their end. Plays number `selected`.
  void load(std::vector<AudioBuffer> buffers, std::size_t selected = 0);
  void unload();
  /// Cross-fades (10 ms) to another of the loaded buffers at the same position.
  void select(std::size_t index);
  std::size_t selected() const;
  std::size_t buffer_count() const;

  void play();   ///< from the present position; from the start (or the loop's) when at the end
  void pause();  ///< fades out (5 ms) and keeps the position
  void stop();   ///< fades out and goes back to the start (or the loop's start)
  void seek(std::size_t sample);
  /// Repeats [begin, end); the seam is cross-faded. Empty or shorter than 20 ms: no loop.
  void set_loop(std::optional<SampleRange> range);
  std::optional<SampleRange> loop() const;
  void set_gain(float linear);  ///< 0 … 4, smoothed over 10 ms
  float gain() const;
  /// 0.1 … 2, pitch is kept (Rubber Band). Returns false, and plays at 1, when the library was built without
  /// it.
  bool set_speed(double factor);
  double speed() const;

  PlayerState state() const;
  /// What is heard now: frames delivered to the device less its latency, in samples of the loaded buffers.
  std::size_t position() const;
  double position_seconds() const;
  std::size_t length() const;
  int sample_rate() const;          ///< of the loaded buffers; 0: none
  bool audible() const;             ///< false: no sound output; the playhead moves all the same
  std::string description() const;  ///< "name · latency" of the device, or kNoOutputMessage
  std::size_t underruns() const;    ///< times the ring ran dry while playing

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace luthier::audio
