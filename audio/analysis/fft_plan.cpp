#include "audio/analysis/fft_plan.h"

#include <fftw3.h>

#include <map>
#include <mutex>
#include <string>

#include "audio/audio_buffer.h"

namespace luthier::audio {
namespace {

/// FFTW's planner is not thread-safe; every plan of this program is made and destroyed under this lock.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

struct RealFft::Plans {
  fftwf_plan forward = nullptr;
  fftwf_plan inverse = nullptr;

  explicit Plans(int size) {
    AlignedVector<float> real(static_cast<std::size_t>(size));
    AlignedVector<std::complex<float>> bins(static_cast<std::size_t>(size / 2 + 1));
    auto* out = reinterpret_cast<fftwf_complex*>(bins.data());
    forward = fftwf_plan_dft_r2c_1d(size, real.data(), out, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    inverse = fftwf_plan_dft_c2r_1d(size, out, real.data(), FFTW_ESTIMATE | FFTW_DESTROY_INPUT);
  }
  Plans(const Plans&) = delete;
  Plans& operator=(const Plans&) = delete;
  ~Plans() {
    const std::lock_guard lock(planner());
    if (forward) fftwf_destroy_plan(forward);
    if (inverse) fftwf_destroy_plan(inverse);
  }
};

RealFft::RealFft(int size) : size_(size) {
  if (size < 2 || size > (1 << 24))
    throw AudioError("An FFT needs a size from 2 to 16777216; it is " + std::to_string(size) + ".");
  static std::mutex cache_mutex;
  static std::map<int, std::weak_ptr<const Plans>> cache;
  const std::lock_guard cache_lock(cache_mutex);
  plans_ = cache[size].lock();
  if (plans_) return;
  {
    const std::lock_guard lock(planner());
    plans_ = std::make_shared<const Plans>(size);
  }
  if (!plans_->forward || !plans_->inverse)
    throw AudioError("Cannot plan an FFT of size " + std::to_string(size) + ".");
  cache[size] = plans_;
}

void RealFft::forward(const float* in, std::complex<float>* out) const {
  // FFTW_PRESERVE_INPUT keeps `in` as it is.
  fftwf_execute_dft_r2c(plans_->forward, const_cast<float*>(in), reinterpret_cast<fftwf_complex*>(out));
}

void RealFft::inverse(std::complex<float>* in, float* out) const {
  fftwf_execute_dft_c2r(plans_->inverse, reinterpret_cast<fftwf_complex*>(in), out);
}

}  // namespace luthier::audio
