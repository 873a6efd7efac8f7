#pragma once
#ifdef LUTHIER_HAS_PORTAUDIO
#include <portaudio.h>

#include <atomic>
#include <functional>
#include <string>

#include "audio/device/device_list.h"

namespace luthier::audio::detail {

/// Owner of a PortAudio stream in one direction, float32 interleaved. For the .cpp files of audio/device
/// only.
class PortAudioStream {
 public:
  /// `call(input, output, frames)` runs on the sound thread; the pointer that does not apply is null.
  using Call = std::function<void(const float* input, float* output, std::size_t frames)>;
  struct Options {
    bool output = true;
    int device = -1;  ///< -1: default
    int channels = 2;
    int preferred_rate = 0;
    double latency_seconds = 0.0;
  };

  PortAudioStream() = default;
  ~PortAudioStream();
  PortAudioStream(const PortAudioStream&) = delete;
  PortAudioStream& operator=(const PortAudioStream&) = delete;

  /// False when there is no device or it cannot be opened; why() says what PortAudio said.
  bool open(const Options& options, Call call);
  bool start();
  void stop();
  /// Stops without waiting for what the device was given: one that hangs never plays it.
  void abort();
  int sample_rate() const { return rate_; }
  int channels() const { return channels_; }
  double latency_seconds() const { return latency_; }
  const std::string& device_name() const { return name_; }
  const std::string& why() const { return why_; }
  /// The stream ended by itself: its device is gone.
  bool failed() const { return failed_.load(); }

 private:
  static int on_call(const void* input, void* output, unsigned long frames, const PaStreamCallbackTimeInfo*,
                     PaStreamCallbackFlags, void* user);
  static void on_finished(void* user);

  SoundSystem system_;
  PaStream* stream_ = nullptr;
  Call call_;
  bool output_ = true;
  int rate_ = 0, channels_ = 0;
  double latency_ = 0.0;
  std::string name_, why_;
  std::atomic<bool> failed_{false}, stopping_{false};
};

}  // namespace luthier::audio::detail
#endif
