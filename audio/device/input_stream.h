#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace luthier::audio {

/// Takes `frames` interleaved frames of `channels`. Called from the sound thread: it must not allocate, lock or wait.
using TakeCallback = std::function<void(const float* interleaved, std::size_t frames, int channels)>;

/// A running sound input. Stopped and closed by its destructor.
class InputStream {
 public:
  virtual ~InputStream() = default;
  virtual void start() = 0;  ///< throws AudioError
  /// Stops at once; the callback has returned for good when this returns.
  virtual void stop() = 0;
  virtual int sample_rate() const = 0;  ///< Hz, the device's
  virtual int channels() const = 0;
  virtual double latency_seconds() const = 0;  ///< from the microphone to the callback, as the sound system reports it
  virtual std::string description() const = 0;
  virtual bool failed() const = 0;  ///< the device went away; the stream no longer calls back
};

struct InputOptions {
  int device = -1;  ///< index of list_devices; -1: the default input
  int channels = 1;
  int preferred_rate = 0;        ///< Hz; 0 or refused: the device's own default
  double latency_seconds = 0.0;  ///< wished; 0: the device's default high latency
};

/// Opens the device; not started yet. Throws AudioError with kNoInputMessage where there is none.
std::unique_ptr<InputStream> open_input(const InputOptions& options, TakeCallback take);

}  // namespace luthier::audio
