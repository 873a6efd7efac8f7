#pragma once
#include <torch/types.h>

#include <string>

#include "core/run/rng.h"
#include "core/training/state.h"

namespace luthier {

/// Earlier results of a generator, so that its critic does not forget what it has already seen through (Shrivastava et al.
/// 2017, 50 pictures in CycleGAN). Part of the run's state. One thread.
class ImagePool {
 public:
  /// `capacity` pictures of `shape` [channel, bin, frame] on `device`; 0 switches the pool off.
  ImagePool(std::int64_t capacity, torch::IntArrayRef shape, torch::Device device);
  /// [batch, channel, bin, frame] without graph -> the same shape: while the pool fills, the pictures themselves; then each
  /// is, with probability 1/2, exchanged for an earlier one.
  torch::Tensor exchange(const torch::Tensor& pictures, Rng& rng);
  void visit(const std::string& name, StateVisitor& visitor);

 private:
  std::int64_t capacity_;
  torch::Tensor kept_;  ///< [capacity, channel, bin, frame]
  double count_ = 0;
};

}  // namespace luthier
