#include "audio/device/output_stream.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "audio/device/device_list.h"
#include "audio/device/portaudio_stream.h"

namespace luthier::audio {
namespace {

/// Asks for samples at the pace of a device and forgets them.
class NullOutput final : public OutputStream {
 public:
  NullOutput(int rate, int channels, FillCallback fill)
      : rate_(rate), channels_(channels), fill_(std::move(fill)) {}
  ~NullOutput() override { halt(); }

  void start() override {
    halt();
    running_ = true;
    thread_ = std::thread([this] { run(); });
  }
  void stop() override { halt(); }
  int sample_rate() const override { return rate_; }
  int channels() const override { return channels_; }
  double latency_seconds() const override { return 0.0; }
  bool audible() const override { return false; }
  std::string description() const override { return kNoOutputMessage; }
  bool failed() const override { return false; }

 private:
  using Clock = std::chrono::steady_clock;

  void halt() {
    {
      const std::lock_guard lock(mutex_);
      running_ = false;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void run() {
    constexpr auto kPeriod = std::chrono::milliseconds(10);
    std::vector<float> samples(static_cast<std::size_t>(rate_ / 10 * channels_) + 64);
    const std::size_t most = samples.size() / static_cast<std::size_t>(channels_);
    const auto begin = Clock::now();
    std::size_t asked = 0;
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kPeriod, [this] { return !running_; })) {
      const std::chrono::duration<double> elapsed = Clock::now() - begin;
      const auto due = static_cast<std::size_t>(elapsed.count() * rate_);
      lock.unlock();
      while (asked < due) {
        const std::size_t frames = std::min(due - asked, most);
        fill_(samples.data(), frames, channels_);
        asked += frames;
      }
      lock.lock();
    }
  }

  int rate_, channels_;
  FillCallback fill_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool running_ = false;
  std::thread thread_;
};

#ifdef LUTHIER_HAS_PORTAUDIO
class DeviceOutput final : public OutputStream {
 public:
  explicit DeviceOutput(FillCallback fill) : fill_(std::move(fill)) {}
  ~DeviceOutput() override { stream_.stop(); }

  bool open(const OutputOptions& options) {
    return stream_.open(
        {true, options.device, options.channels, options.preferred_rate, options.latency_seconds},
        [this](const float*, float* out, std::size_t frames) { fill_(out, frames, stream_.channels()); });
  }
  void start() override { stream_.start(); }
  void stop() override { stream_.stop(); }
  void abandon() override { stream_.abort(); }
  int sample_rate() const override { return stream_.sample_rate(); }
  int channels() const override { return stream_.channels(); }
  double latency_seconds() const override { return stream_.latency_seconds(); }
  bool audible() const override { return true; }
  std::string description() const override { return stream_.device_name(); }
  bool failed() const override { return stream_.failed(); }

 private:
  FillCallback fill_;
  detail::PortAudioStream stream_;
};
#endif

}  // namespace

std::unique_ptr<OutputStream> open_output(const OutputOptions& options, FillCallback fill) {
#ifdef LUTHIER_HAS_PORTAUDIO
  if (!options.null_output) {
    auto device = std::make_unique<DeviceOutput>(fill);
    if (device->open(options)) return device;
  }
#endif
  const int rate = options.preferred_rate > 0 ? options.preferred_rate : 48000;
  return std::make_unique<NullOutput>(rate, std::max(1, options.channels), std::move(fill));
}

}  // namespace luthier::audio
