#include "core/nn/vggish.h"

#include <torch/torch.h>

#include "core/nn/weights/torch_archive.h"

namespace luthier {
namespace nn = torch::nn;

VggishFeaturesImpl::VggishFeaturesImpl(std::int64_t w) {
  const auto conv = [](std::int64_t in, std::int64_t out) { return nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(1)); };
  const auto pool = [] { return nn::MaxPool2d(nn::MaxPool2dOptions(2).stride(2)); };
  features_ = nn::Sequential(conv(1, w), nn::ReLU(), pool(), conv(w, 2 * w), nn::ReLU(), pool(), conv(2 * w, 4 * w), nn::ReLU(),
                             conv(4 * w, 4 * w), nn::ReLU(), pool(), conv(4 * w, 8 * w), nn::ReLU(), conv(8 * w, 8 * w), nn::ReLU(), pool());
  register_module("features", features_);
}

std::vector<torch::Tensor> VggishFeaturesImpl::maps(const torch::Tensor& pictures) {
  std::vector<torch::Tensor> maps;
  auto map = pictures;
  for (std::size_t i = 0; i + 1 < features_->size(); ++i) {  // the last pooling feeds the dense layers only
    map = features_[i]->as<nn::ReLU>() ? torch::relu(map) : features_[i]->as<nn::Conv2d>() ? features_[i]->as<nn::Conv2d>()->forward(map)
                                                                                             : torch::max_pool2d(map, 2);
    if (features_[i]->as<nn::ReLU>()) maps.push_back(map);
  }
  return maps;
}

torch::Tensor VggishFeaturesImpl::distance(const std::vector<torch::Tensor>& predicted, const std::vector<torch::Tensor>& wanted) {
  torch::Tensor sum;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const auto error = (deviation_normalised(predicted[i]) - deviation_normalised(wanted[i])).square().mean();
    sum = sum.defined() ? sum + error : error;
  }
  return sum / static_cast<double>(predicted.size());
}

void load_vggish(const std::filesystem::path& file, VggishFeaturesImpl& network) {
  const auto tensors = read_torch_archive(file);
  const bool other_names = tensors.count("features_network.0.weight") > 0;
  for (auto& item : network.named_parameters())
    copy_weight(tensors, other_names ? "features_network" + item.key().substr(std::string("features").size()) : item.key(), file, item.value());
}

}  // namespace luthier
