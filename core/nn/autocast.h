#pragma once
#include <c10/core/Device.h>
#include <c10/core/DeviceType.h>
#include <c10/core/ScalarType.h>

namespace luthier::nn {

/// bfloat16 arithmetic on a CUDA device while it lives; on the CPU it changes nothing, so that figures repeat to the bit.
class Autocast {
 public:
  Autocast(c10::Device device, bool on);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
  bool before_ = false;
  c10::DeviceType type_;
};

}  // namespace luthier::nn
