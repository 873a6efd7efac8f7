#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <span>
#include <vector>

namespace luthier::audio {

/// Lock-free queue of floats between one writing and one reading thread; never allocates after construction.
class SampleRing {
 public:
  /// Room for at least `capacity` samples (rounded up to a power of two).
  explicit SampleRing(std::size_t capacity);

  std::size_t capacity() const { return buffer_.size(); }
  /// Writer's thread: how many samples fit now.
  std::size_t writable() const {
    return capacity() - (write_.load(std::memory_order_relaxed) - read_.load(std::memory_order_acquire));
  }
  /// Reader's thread: how many samples are there now.
  std::size_t readable() const {
    return write_.load(std::memory_order_acquire) - read_.load(std::memory_order_relaxed);
  }
  /// Copies as many samples as fit; returns how many.
  std::size_t write(std::span<const float> samples);
  /// Takes as many samples as there are, at most out.size(); returns how many.
  std::size_t read(std::span<float> out);
  /// Reader's thread: drops up to `count` samples; returns how many.
  std::size_t skip(std::size_t count);

 private:
  std::vector<float> buffer_;
  std::size_t mask_;
  alignas(64) std::atomic<std::size_t> write_{0};
  alignas(64) std::atomic<std::size_t> read_{0};
};

}  // namespace luthier::audio
