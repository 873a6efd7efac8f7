#include "core/session/live_streams.h"

#include <algorithm>
#include <thread>

namespace luthier {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kWait = std::chrono::milliseconds(5);
constexpr double kRingSeconds = 10;

class FileSource final : public LiveSource {
 public:
  FileSource(const audio::AudioBuffer& sound, std::string name, bool paced)
      : rate_(sound.sample_rate), samples_(sound.mono()), name_(std::move(name)), paced_(paced), begin_(Clock::now()) {}
  int sample_rate() const override { return rate_; }
  double latency() const override { return 0; }
  std::string description() const override { return name_; }

  std::vector<float> read(std::size_t count, const std::stop_token& stop) override {
    const std::size_t taken = std::min(count, samples_.size() - at_);
    const auto due = begin_ + std::chrono::duration<double>(static_cast<double>(at_ + taken) / rate_);
    while (paced_ && Clock::now() < due && !stop.stop_requested()) std::this_thread::sleep_for(kWait);
    const auto first = samples_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ += taken;
    return {first, first + static_cast<std::ptrdiff_t>(taken)};
  }

 private:
  int rate_;
  std::vector<float> samples_;
  std::string name_;
  bool paced_;
  Clock::time_point begin_;
  std::size_t at_ = 0;
};

class InputSource final : public LiveSource {
 public:
  explicit InputSource(int device) {
    stream_ = audio::open_input({.device = device, .channels = 1, .latency_seconds = 0.02}, [this](const float* in, std::size_t frames, int channels) {
      if (channels == 1) ring_.write({in, frames});
      else
        for (std::size_t i = 0; i < frames; ++i) ring_.write({in + i * static_cast<std::size_t>(channels), 1});
    });
    stream_->start();
  }
  ~InputSource() override { stream_->stop(); }
  int sample_rate() const override { return stream_->sample_rate(); }
  double latency() const override { return stream_->latency_seconds(); }
  std::string description() const override { return stream_->description(); }

  std::vector<float> read(std::size_t count, const std::stop_token& stop) override {
    while (ring_.readable() < count && !stop.stop_requested() && !stream_->failed()) std::this_thread::sleep_for(kWait);
    std::vector<float> out(std::min(count, ring_.readable()));
    ring_.read(out);
    return out;
  }

 private:
  audio::SampleRing ring_{static_cast<std::size_t>(kRingSeconds * 96000)};
  std::unique_ptr<audio::InputStream> stream_;  // last: its callback uses the ring
};

}  // namespace

std::unique_ptr<LiveSource> make_file_source(const audio::AudioBuffer& sound, const std::string& name, bool paced) {
  return std::make_unique<FileSource>(sound, name, paced);
}

std::unique_ptr<LiveSource> make_input_source(int device) { return std::make_unique<InputSource>(device); }

LiveOutput::LiveOutput(int device, int sample_rate, double block_seconds)
    : rate_(sample_rate), held_back_(std::max(0.05, block_seconds / 2)), ring_(static_cast<std::size_t>(kRingSeconds * 96000)) {
  audio::OutputOptions options;
  options.device = device, options.channels = 2, options.preferred_rate = sample_rate;
  options.latency_seconds = 0.02;
  stream_ = audio::open_output(options, [this](float* out, std::size_t frames, int channels) { fill(out, frames, channels); });
  if (stream_->sample_rate() != sample_rate) resampler_.emplace(sample_rate, stream_->sample_rate(), 1);
}

LiveOutput::~LiveOutput() { stream_->stop(); }

void LiveOutput::write(const std::vector<float>& samples) {
  if (samples.empty()) return;
  std::vector<float> ready;
  if (resampler_) resampler_->process(samples, ready);
  else ready = samples;
  if (!flowing_.load()) {
    const std::vector<float> silence(static_cast<std::size_t>(held_back_ * stream_->sample_rate()));
    ring_.write(silence);
    ring_.write(ready);
    flowing_.store(true);
    stream_->start();
    return;
  }
  ring_.write(ready);
}

void LiveOutput::drain(const std::stop_token& stop) {
  ending_.store(true);
  while (flowing_.load() && ring_.readable() > 0 && !stop.stop_requested() && !stream_->failed()) std::this_thread::sleep_for(kWait);
}

double LiveOutput::latency() const { return stream_->latency_seconds() + held_back_; }

void LiveOutput::fill(float* out, std::size_t frames, int channels) {
  bool dry = false;
  for (std::size_t i = 0; i < frames; ++i) {
    float sample = 0;
    if (ring_.read({&sample, 1}) == 0) dry = true;
    for (int c = 0; c < channels; ++c) *out++ = sample;
  }
  if (dry && flowing_.load() && !ending_.load()) gaps_.fetch_add(1);
}

}  // namespace luthier
