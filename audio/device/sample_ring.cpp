#include "audio/device/sample_ring.h"

#include <bit>

namespace luthier::audio {

SampleRing::SampleRing(std::size_t capacity)
    : buffer_(std::bit_ceil(std::max<std::size_t>(capacity, 2))), mask_(buffer_.size() - 1) {}

std::size_t SampleRing::write(std::span<const float> samples) {
  const std::size_t count = std::min(samples.size(), writable());
  const std::size_t at = write_.load(std::memory_order_relaxed);
  const std::size_t first = std::min(count, buffer_.size() - (at & mask_));
  std::copy_n(samples.begin(), first, buffer_.begin() + static_cast<std::ptrdiff_t>(at & mask_));
  std::copy_n(samples.begin() + static_cast<std::ptrdiff_t>(first), count - first, buffer_.begin());
  write_.store(at + count, std::memory_order_release);
  return count;
}

std::size_t SampleRing::read(std::span<float> out) {
  const std::size_t count = std::min(out.size(), readable());
  const std::size_t at = read_.load(std::memory_order_relaxed);
  const std::size_t first = std::min(count, buffer_.size() - (at & mask_));
  std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(at & mask_), first, out.begin());
  std::copy_n(buffer_.begin(), count - first, out.begin() + static_cast<std::ptrdiff_t>(first));
  read_.store(at + count, std::memory_order_release);
  return count;
}

std::size_t SampleRing::skip(std::size_t count) {
  count = std::min(count, readable());
  read_.store(read_.load(std::memory_order_relaxed) + count, std::memory_order_release);
  return count;
}

}  // namespace luthier::audio
