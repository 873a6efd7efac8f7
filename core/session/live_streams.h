#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "audio/audio_buffer.h"
#include "audio/device/input_stream.h"
#include "audio/device/output_stream.h"
#include "audio/device/sample_ring.h"
#include "audio/resampler.h"

namespace luthier {

/// Where a live stream's sound comes from. One thread.
class LiveSource {
 public:
  virtual ~LiveSource() = default;
  virtual int sample_rate() const = 0;
  virtual double latency() const = 0;  ///< seconds, of a device
  virtual std::string description() const = 0;
  /// Waits for `count` mono samples; fewer at the end of the sound, at a stop, or when the device goes away.
  virtual std::vector<float> read(std::size_t count, const std::stop_token& stop) = 0;
};

/// A sound in memory, mixed to mono; `paced`: a sample is there only once its time has come.
std::unique_ptr<LiveSource> make_file_source(const audio::AudioBuffer& sound, const std::string& name, bool paced);
/// A sound input, running. Throws audio::AudioError where there is none.
std::unique_ptr<LiveSource> make_input_source(int device);

/// Plays blocks as they come. Its thread is the sound system's; `write` is one owner's.
class LiveOutput {
 public:
  LiveOutput(int device, int sample_rate, double block_seconds);
  ~LiveOutput();
  LiveOutput(const LiveOutput&) = delete;
  LiveOutput& operator=(const LiveOutput&) = delete;
  void write(const std::vector<float>& samples);
  void drain(const std::stop_token& stop);  ///< waits until what was written has been played
  double latency() const;                   ///< seconds: the device's, and what is held back against gaps
  int gaps() const { return gaps_.load(); }
  std::string description() const { return stream_->description(); }

 private:
  void fill(float* out, std::size_t frames, int channels);

  int rate_;
  double held_back_;
  audio::SampleRing ring_;
  std::atomic<int> gaps_{0};
  std::atomic<bool> flowing_{false}, ending_{false};
  std::optional<audio::StreamResampler> resampler_;
  std::unique_ptr<audio::OutputStream> stream_;  // last: its callback uses the others
};

}  // namespace luthier
