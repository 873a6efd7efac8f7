#pragma once
#include <c10/core/Device.h>
#include <c10/core/DeviceType.h>
#include <c10/core/ScalarType.h>

namespace luthier::nn {

/// bfloat16 arithmetic while it lives: on a CUDA device, or on `any` device. On a CPU that has it, it is nearly twice as fast
/// in large matrix products and slower in small ones.
class Autocast {
 public:
  enum class Where { cuda, any };
  Autocast(c10::Device device, bool on, Where where = Where::cuda);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
  bool before_ = false;
  c10::DeviceType type_;
};

}  // namespace luthier::nn
