#include "core/nn/feature_network.h"

#include <torch/torch.h>

namespace luthier {

torch::Tensor deviation_normalised(const torch::Tensor& map) {
  // The root's slope is infinite at 0, where a map is constant (all units off).
  return map / ((map.var({1, 2, 3}, /*unbiased=*/true, /*keepdim=*/true) + 1e-12).sqrt() + 1e-8);
}

torch::Tensor gram_distance(const std::vector<torch::Tensor>& predicted, const std::vector<torch::Tensor>& wanted) {
  const auto gram = [](const torch::Tensor& map) {
    const auto flat = deviation_normalised(map).flatten(2);
    return torch::bmm(flat, flat.transpose(1, 2)) / static_cast<double>(flat.size(2));
  };
  torch::Tensor sum;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const auto error = (gram(predicted[i]) - gram(wanted[i])).square().mean();
    sum = sum.defined() ? sum + error : error;
  }
  return sum / static_cast<double>(predicted.size());
}

}  // namespace luthier
