#pragma once
#include <complex>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace luthier::audio {

/// Memory aligned as FFTW's SIMD code wants it (64 bytes).
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{64};
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), kAlignment)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, kAlignment); }
  template <class U>
  bool operator==(const AlignedAllocator<U>&) const {
    return true;
  }
};
template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

/// Real FFT of one size in single precision (FFTW). X[k] = sum_n x[n] exp(-2 pi i k n / size), k = 0 …
/// size/2. Planning is guarded by a mutex and plans are shared by size; execution may run on any number of
/// threads, each with its own buffers. Plans are estimated, never measured: one machine always computes the
/// same bits.
class RealFft {
 public:
  /// Throws AudioError unless 2 <= size <= 2^24.
  explicit RealFft(int size);
  int size() const { return size_; }
  int bins() const { return size_ / 2 + 1; }
  /// `in` [size] and `out` [bins] are 16-byte aligned (AlignedVector) and do not overlap; `in` is kept.
  void forward(const float* in, std::complex<float>* out) const;
  /// Unscaled inverse: inverse(forward(x)) = size * x. `in` [bins] is destroyed. Alignment as above.
  void inverse(std::complex<float>* in, float* out) const;

 private:
  struct Plans;
  int size_;
  std::shared_ptr<const Plans> plans_;
};

}  // namespace luthier::audio
