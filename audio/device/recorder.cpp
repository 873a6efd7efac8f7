#include "audio/device/recorder.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <thread>
#include <vector>

#include "audio/device/device_list.h"
#include "audio/device/portaudio_stream.h"
#include "audio/device/sample_ring.h"

namespace luthier::audio {

#ifdef LUTHIER_HAS_PORTAUDIO

struct Recorder::Impl {
  RecorderOptions options;
  std::unique_ptr<SampleRing> ring;
  std::atomic<float> level{0.0f};
  std::atomic<bool> overflowed{false}, collecting{false};
  std::atomic<std::size_t> collected{0};
  mutable std::mutex mutex;
  std::vector<float> samples;  ///< interleaved, guarded by mutex
  std::thread collector;
  detail::PortAudioStream stream;  // last: its callback uses the others

  void on_samples(const float* input, std::size_t frames) {
    const std::size_t count = frames * static_cast<std::size_t>(stream.channels());
    if (!input || !ring) return;
    float loudest = 0.0f;
    for (std::size_t i = 0; i < count; ++i) loudest = std::max(loudest, std::abs(input[i]));
    // Falls to a third within about 50 ms, so that a meter can be read.
    const float fall =
        std::exp(-static_cast<float>(frames) / (0.05f * static_cast<float>(stream.sample_rate())));
    level.store(std::max(loudest, level.load() * fall));
    if (ring->write({input, count}) < count) overflowed.store(true);
  }

  void collect() {
    std::vector<float> block(1 << 14);
    const auto most = static_cast<std::size_t>(options.max_seconds * stream.sample_rate()) *
                      static_cast<std::size_t>(stream.channels());
    while (true) {
      const bool last = !collecting.load();
      while (const std::size_t got = ring->read(block)) {
        const std::lock_guard lock(mutex);
        const std::size_t room = most > samples.size() ? most - samples.size() : 0;
        samples.insert(samples.end(), block.begin(),
                       block.begin() + static_cast<std::ptrdiff_t>(std::min(got, room)));
        collected.store(samples.size());
      }
      if (last) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  void halt() {
    stream.stop();
    collecting = false;
    if (collector.joinable()) collector.join();
  }
};

Recorder::Recorder(const RecorderOptions& options) : impl_(std::make_unique<Impl>()) {
  impl_->options = options;
  Impl* impl = impl_.get();
  if (!impl->stream.open(
          {false, options.device, options.channels, options.preferred_rate, 0.0},
          [impl](const float* input, float*, std::size_t frames) { impl->on_samples(input, frames); }))
    throw AudioError(kNoInputMessage);
  impl->ring = std::make_unique<SampleRing>(static_cast<std::size_t>(2 * impl->stream.sample_rate()) *
                                            static_cast<std::size_t>(impl->stream.channels()));
}

Recorder::~Recorder() { impl_->halt(); }

void Recorder::start() {
  if (recording()) return;
  impl_->samples.clear();
  impl_->collected = 0;
  impl_->overflowed = false;
  impl_->collecting = true;
  impl_->collector = std::thread([this] { impl_->collect(); });
  if (!impl_->stream.start()) {
    impl_->halt();
    throw AudioError("The sound input cannot be started (" + impl_->stream.why() +
                     "); is another program using it?");
  }
}

AudioBuffer Recorder::stop() {
  impl_->halt();
  const std::lock_guard lock(impl_->mutex);
  const auto channels = static_cast<std::size_t>(impl_->stream.channels());
  AudioBuffer buffer(impl_->stream.sample_rate(), impl_->stream.channels(), impl_->samples.size() / channels);
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t i = 0; i < buffer.length(); ++i)
      buffer.channels[c][i] = impl_->samples[i * channels + c];
  impl_->samples.clear();
  return buffer;
}

bool Recorder::recording() const { return impl_->collecting.load(); }
double Recorder::seconds() const {
  return static_cast<double>(impl_->collected.load()) / impl_->stream.channels() /
         impl_->stream.sample_rate();
}
int Recorder::sample_rate() const { return impl_->stream.sample_rate(); }
std::vector<float> Recorder::recorded_from(std::size_t frame) const {
  const std::lock_guard lock(impl_->mutex);
  const auto channels = static_cast<std::size_t>(impl_->stream.channels());
  const std::size_t frames = impl_->samples.size() / channels;
  std::vector<float> mono(frames > frame ? frames - frame : 0);
  for (std::size_t i = 0; i < mono.size(); ++i) {
    for (std::size_t c = 0; c < channels; ++c) mono[i] += impl_->samples[(frame + i) * channels + c];
    mono[i] /= static_cast<float>(channels);
  }
  return mono;
}
float Recorder::level() const { return impl_->level.load(); }
bool Recorder::overflowed() const { return impl_->overflowed.load(); }
std::string Recorder::description() const { return impl_->stream.device_name(); }

#else

struct Recorder::Impl {};
Recorder::Recorder(const RecorderOptions&) { throw AudioError(kNoInputMessage); }
Recorder::~Recorder() = default;
void Recorder::start() {}
AudioBuffer Recorder::stop() { return {}; }
bool Recorder::recording() const { return false; }
double Recorder::seconds() const { return 0.0; }
int Recorder::sample_rate() const { return 0; }
std::vector<float> Recorder::recorded_from(std::size_t) const { return {}; }
float Recorder::level() const { return 0.0f; }
bool Recorder::overflowed() const { return false; }
std::string Recorder::description() const { return kNoInputMessage; }

#endif

}  // namespace luthier::audio
