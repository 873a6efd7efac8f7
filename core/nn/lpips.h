#pragma once
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>

#include <filesystem>

#include "core/nn/feature_network.h"

namespace luthier {

/// LPIPS v0.1 on AlexNet (Zhang et al. 2018, arXiv 1801.03924). Pictures in [0, 1] are mapped to [-1, 1], repeated to three
/// channels, shifted and scaled; the maps are the five ReLU outputs of AlexNet's convolutions (w, 3w, 6w, 4w, 4w channels;
/// w = 64: 2,469,696 parameters, named as in the public file). Pictures need at least 31 x 31 cells.
class LpipsImpl : public FeatureNetwork {
 public:
  explicit LpipsImpl(std::int64_t width = 64);
  std::vector<torch::Tensor> maps(const torch::Tensor& pictures) override;
  /// Sum over maps of the spatial mean of weighted squared differences of channel-normalised maps.
  torch::Tensor distance(const std::vector<torch::Tensor>& predicted, const std::vector<torch::Tensor>& wanted) override;

 private:
  friend void load_lpips(const std::filesystem::path&, LpipsImpl&);
  torch::nn::Sequential features_;
  std::vector<torch::Tensor> lins_;  ///< buffers lin0 … lin4 [1, channel, 1, 1]; 1 until loaded (the paper's baseline)
  torch::Tensor shift_, scale_;      ///< [1, 3, 1, 1]
};
TORCH_MODULE(Lpips);

/// Fills the trunk (width 64) from the public file alexnet-owt-*.pth. Throws WeightFileError.
void load_alexnet(const std::filesystem::path& file, LpipsImpl& network);
/// Fills the channel weights from LPIPS' alex.pth (lin0.model.1.weight …). Throws WeightFileError, also for negative weights.
void load_lpips(const std::filesystem::path& file, LpipsImpl& network);

}  // namespace luthier
