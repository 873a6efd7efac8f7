#pragma once
#include <torch/nn/module.h>

#include <vector>

namespace luthier {

/// A network whose feature maps say how alike two pictures are. Pictures are [batch, 1, height, width] in [0, 1].
/// Gradients flow to whatever asks for them; keep the wanted side under no_grad.
class FeatureNetwork : public torch::nn::Module {
 public:
  /// Feature maps [batch, channel, height, width], the first layer's first.
  virtual std::vector<torch::Tensor> maps(const torch::Tensor& pictures) = 0;
  /// Mean distance over the batch (a scalar) between maps of pictures of one size.
  virtual torch::Tensor distance(const std::vector<torch::Tensor>& predicted, const std::vector<torch::Tensor>& wanted) = 0;
};

/// Mean squared difference of the maps' Gram matrices, each sample's map first divided by its deviation: compares which
/// features occur together, not where (Gatys, Ecker, Bethge 2016). The two sides may differ in size. Mean over maps; a scalar.
torch::Tensor gram_distance(const std::vector<torch::Tensor>& predicted, const std::vector<torch::Tensor>& wanted);

/// Each sample's map divided by its deviation over channel, height and width (+ 1e-8). Finite gradients for constant maps.
torch::Tensor deviation_normalised(const torch::Tensor& map);

}  // namespace luthier
