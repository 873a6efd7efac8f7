#pragma once
#include <torch/types.h>

#include <string>
#include <vector>

#include "core/training/state.h"

namespace luthier {

struct AdamWOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.98;
  double weight_decay = 1e-3;
  double epsilon = 1e-8;
  double clip_norm = 1.0;  ///< largest gradient norm; 0: no clipping
};

/// AdamW (Loshchilov and Hutter 2019) over one flat buffer: the parameters become views of it, so a step is a dozen
/// operations instead of a dozen for each parameter. One thread.
class FlatAdamW {
 public:
  /// Takes over storage and gradients of the parameters; they must be float32 on one device and not yet flattened.
  FlatAdamW(std::vector<torch::Tensor> parameters, const AdamWOptions& options);
  void set_learning_rate(double rate) { options_.learning_rate = rate; }
  double learning_rate() const { return options_.learning_rate; }
  void zero_grad();
  /// One update; returns the gradient's norm before clipping (a tensor, so that nothing waits for the device).
  torch::Tensor step();
  void visit(const std::string& name, StateVisitor& visitor);

 private:
  AdamWOptions options_;
  torch::Tensor weights_, gradient_, average_, square_;
  double steps_ = 0;
};

}  // namespace luthier
