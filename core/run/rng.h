#pragma once
#include <ATen/core/Generator.h>
#include <torch/types.h>

#include <cstdint>

namespace luthier {

/// Seeded noise for one step of a run. Every step makes its own from (seed, step), so a resumed run draws what the
/// uninterrupted one would have drawn and no generator state is stored. Not shared between threads.
class Rng {
 public:
  Rng(std::uint64_t seed, std::uint64_t stream);
  /// Whole number in [0, bound). bound >= 1.
  std::int64_t below(std::int64_t bound);
  /// In [0, 1).
  double uniform();
  /// Mean 0, deviation 1.
  double normal();
  /// float32 of the given sizes on `device`; on CPU the same everywhere, on CUDA from the device's own generator.
  torch::Tensor normal(torch::IntArrayRef sizes, torch::Device device = torch::kCPU);
  torch::Tensor uniform(torch::IntArrayRef sizes, torch::Device device = torch::kCPU);
  torch::Tensor integers(std::int64_t bound, torch::IntArrayRef sizes, torch::Device device = torch::kCPU);
  /// Sets the default generators (dropout draws from them) to this step.
  void seed_defaults();

 private:
  at::Generator& on(torch::Device device);
  std::uint64_t next();
  std::uint64_t state_;
  std::uint64_t origin_;
  at::Generator cpu_, cuda_;
};

}  // namespace luthier
