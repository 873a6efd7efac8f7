#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace luthier::audio {

/// Fills `frames` interleaved frames of `channels`. Called from the sound thread: it must not allocate, lock
/// or wait.
using FillCallback = std::function<void(float* interleaved, std::size_t frames, int channels)>;

/// A running sound output: a device, or a null output that asks for samples at the same pace and throws them
/// away, so that playheads move where there is no device. Stopped and closed by its destructor.
class OutputStream {
 public:
  virtual ~OutputStream() = default;
  virtual void start() = 0;
  /// Stops at once; the callback has returned for good when this returns.
  virtual void stop() = 0;
  /// The same for a device that no longer calls back: what it has taken is dropped, not waited for.
  virtual void abandon() { stop(); }
  virtual int sample_rate() const = 0;  ///< Hz, the device's
  virtual int channels() const = 0;
  /// From the callback to the ear, seconds, as the sound system reports it.
  virtual double latency_seconds() const = 0;
  /// False for the null output.
  virtual bool audible() const = 0;
  /// Device's name, or kNoOutputMessage.
  virtual std::string description() const = 0;
  /// True when the device went away or failed; the stream no longer calls back.
  virtual bool failed() const = 0;
};

struct OutputOptions {
  int device = -1;  ///< index of list_devices; -1: the default output
  int channels = 2;
  int preferred_rate = 0;        ///< Hz; 0 or refused: the device's own default
  double latency_seconds = 0.0;  ///< wished; 0: the device's default high latency
  bool null_output = false;      ///< do not look for a device at all
};

/// Opens the device; gives the null output (48 kHz unless preferred) when there is none or it cannot be
/// opened. Not started yet. Never fails.
std::unique_ptr<OutputStream> open_output(const OutputOptions& options, FillCallback fill);

/// What open_output does, or what stands for it in a test. Called on the thread that feeds the output.
using OutputOpener = std::function<std::unique_ptr<OutputStream>(const OutputOptions&, FillCallback)>;

}  // namespace luthier::audio
