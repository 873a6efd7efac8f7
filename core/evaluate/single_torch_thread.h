#pragma once
#include <ATen/Parallel.h>

namespace luthier {

/// One thread inside Torch for the time being: where cases are scored side by side (the real-time factor is defined so), and
/// for networks so small that threads only wait for each other.
class SingleTorchThread {
 public:
  SingleTorchThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
  ~SingleTorchThread() { at::set_num_threads(before_); }
  SingleTorchThread(const SingleTorchThread&) = delete;
  SingleTorchThread& operator=(const SingleTorchThread&) = delete;

 private:
  int before_;
};

}  // namespace luthier
