#pragma once
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>

#include <filesystem>

#include "core/nn/feature_network.h"

namespace luthier {

/// The convolutional part of VGGish (Hershey et al. 2017): conv k3 p1 1->w->2w->4w->4w->8w->8w, ReLU after each, max pooling by
/// 2 after the 1st, 2nd, 4th and 6th. w = 64: 4,499,712 parameters, named as in the public file (features.0 … features.13).
/// maps(): the six ReLU outputs, of pictures as they are (not of VGGish's own log-mel), as the report system uses it.
class VggishFeaturesImpl : public FeatureNetwork {
 public:
  explicit VggishFeaturesImpl(std::int64_t width = 64);
  std::vector<torch::Tensor> maps(const torch::Tensor& pictures) override;
  /// Mean over maps of the mean squared difference, each sample's map divided by its own deviation.
  torch::Tensor distance(const std::vector<torch::Tensor>& predicted, const std::vector<torch::Tensor>& wanted) override;

 private:
  torch::nn::Sequential features_;
};
TORCH_MODULE(VggishFeatures);

/// Fills a network of width 64 from the public file vggish-10086976.pth (either container; names features.N, or
/// features_network.N as another packaging has them). The dense layers in the file are not used. Throws WeightFileError.
void load_vggish(const std::filesystem::path& file, VggishFeaturesImpl& network);

}  // namespace luthier
