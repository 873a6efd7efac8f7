#pragma once
#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "core/training/state.h"

namespace luthier {

/// Exponential moving average of modules' weights: w' <- d w' + (1 - d) w with d = min(decay, (1 + n) / (10 + n)) after n
/// updates, so that a short run is not dominated by its start. Buffers are copied, not averaged.
class WeightAverage {
 public:
  using Modules = std::vector<std::pair<std::string, torch::nn::Module*>>;
  WeightAverage(double decay, Modules modules);
  bool active() const { return decay_ > 0 && !modules_.empty(); }
  void update();
  /// Exchanges live and averaged weights; calling it twice restores.
  void swap();
  void save(TensorMap& out) const;     ///< "ema.<module>.<parameter>" and "state.ema_updates"
  void load(const TensorMap& tensors); ///< missing: starts from the live weights

 private:
  double decay_;
  Modules modules_;
  std::vector<torch::Tensor> live_, average_;
  std::vector<std::string> names_;
  double updates_ = 0;
};

}  // namespace luthier
