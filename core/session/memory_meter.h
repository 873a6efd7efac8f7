#pragma once
#include <torch/types.h>

namespace luthier {

/// How much more memory of a device is in use than when this was made: what a model and its steps take. On a CPU it is the whole
/// program's, from the system's own count; what other threads take meanwhile is counted too. One at a time.
class MemoryMeter {
 public:
  explicit MemoryMeter(torch::Device device);
  /// Bytes; the most since the meter was made.
  double peak() const;
  /// Bytes that can still be had: on a CPU without pushing other programs out, within the limit of a container.
  static double available(torch::Device device);
  /// Gives back what the allocator keeps for later.
  static void release(torch::Device device);

 private:
  torch::Device device_;
  double before_ = 0;
};

}  // namespace luthier
