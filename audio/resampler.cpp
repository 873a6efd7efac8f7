#include "audio/resampler.h"

#include <soxr.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace luthier::audio {
namespace {

constexpr double kHighestRate = 768000.0;

void check_rates(double from, double to) {
  if (!(from >= 1.0 && from <= kHighestRate && to >= 1.0 && to <= kHighestRate))
    throw AudioError("Cannot resample from " + std::to_string(from) + " to " + std::to_string(to) +
                     " Hz: rates lie between 1 and 768000 Hz.");
}

soxr_quality_spec_t quality_spec(ResampleQuality quality) {
  return soxr_quality_spec(quality == ResampleQuality::very_high ? SOXR_VHQ : SOXR_HQ, 0);
}

}  // namespace

std::vector<float> resample(std::span<const float> samples, double from_rate, double to_rate,
                            ResampleQuality quality) {
  check_rates(from_rate, to_rate);
  if (from_rate == to_rate || samples.empty()) return {samples.begin(), samples.end()};
  // The tolerance keeps an exact ratio from being rounded up by the last bit of the division.
  const double exact = static_cast<double>(samples.size()) * to_rate / from_rate;
  const auto length = static_cast<std::size_t>(std::ceil(exact - 1e-9 * exact));
  std::vector<float> out(length + 16);
  const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t spec = quality_spec(quality);
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  std::size_t done = 0;
  const soxr_error_t error = soxr_oneshot(from_rate, to_rate, 1, samples.data(), samples.size(), nullptr,
                                          out.data(), out.size(), &done, &io, &spec, &runtime);
  if (error) throw AudioError(std::string("Resampling failed (") + error + ").");
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(done), out.end(), 0.0f);
  out.resize(length);
  return out;
}

AudioBuffer resample(const AudioBuffer& buffer, int to_rate, ResampleQuality quality) {
  check_rates(buffer.sample_rate, to_rate);
  if (buffer.sample_rate == to_rate) return buffer;
  AudioBuffer out;
  out.sample_rate = to_rate;
  for (const auto& channel : buffer.channels)
    out.channels.push_back(resample(channel, buffer.sample_rate, to_rate, quality));
  return out;
}

struct StreamResampler::Impl {
  struct Deleter {
    void operator()(soxr* handle) const { soxr_delete(handle); }
  };
  std::unique_ptr<soxr, Deleter> handle;
  double ratio = 1.0;
  std::size_t channels = 1;

  /// Null input flushes.
  void run(const float* in, std::size_t frames, std::vector<float>& out) {
    const std::size_t room = static_cast<std::size_t>(static_cast<double>(frames) * ratio) + 4096;
    for (bool more = true; more;) {
      const std::size_t start = out.size();
      out.resize(start + room * channels);
      std::size_t used = 0, made = 0;
      const soxr_error_t error =
          soxr_process(handle.get(), in, frames, &used, out.data() + start, room, &made);
      out.resize(start + made * channels);
      if (error) throw AudioError(std::string("Resampling failed (") + error + ").");
      if (in) in += used * channels;
      frames -= in ? used : 0;
      more = made == room || frames > 0;
    }
  }
};

StreamResampler::StreamResampler(int from_rate, int to_rate, int channels, ResampleQuality quality)
    : impl_(std::make_unique<Impl>()) {
  check_rates(from_rate, to_rate);
  if (channels < 1) throw AudioError("A resampler needs at least one channel.");
  const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t spec = quality_spec(quality);
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  soxr_error_t error = nullptr;
  impl_->handle.reset(
      soxr_create(from_rate, to_rate, static_cast<unsigned>(channels), &error, &io, &spec, &runtime));
  if (error || !impl_->handle) throw AudioError("Cannot set up resampling.");
  impl_->ratio = static_cast<double>(to_rate) / from_rate;
  impl_->channels = static_cast<std::size_t>(channels);
}
StreamResampler::~StreamResampler() = default;
StreamResampler::StreamResampler(StreamResampler&&) noexcept = default;
StreamResampler& StreamResampler::operator=(StreamResampler&&) noexcept = default;

void StreamResampler::process(std::span<const float> interleaved, std::vector<float>& out) {
  if (!interleaved.empty()) impl_->run(interleaved.data(), interleaved.size() / impl_->channels, out);
}

void StreamResampler::finish(std::vector<float>& out) {
  impl_->run(nullptr, 0, out);
  soxr_clear(impl_->handle.get());
}

}  // namespace luthier::audio
