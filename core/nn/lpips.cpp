#include "core/nn/lpips.h"

#include <torch/torch.h>

#include "core/nn/weights/torch_archive.h"

namespace luthier {
namespace nn = torch::nn;

LpipsImpl::LpipsImpl(std::int64_t w) {
  const auto conv = [](std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
    return nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride).padding(pad));
  };
  const auto pool = [] { return nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2)); };
  features_ = nn::Sequential(conv(3, w, 11, 4, 2), nn::ReLU(), pool(), conv(w, 3 * w, 5, 1, 2), nn::ReLU(), pool(), conv(3 * w, 6 * w, 3, 1, 1),
                             nn::ReLU(), conv(6 * w, 4 * w, 3, 1, 1), nn::ReLU(), conv(4 * w, 4 * w, 3, 1, 1), nn::ReLU());
  register_module("features", features_);
  const std::int64_t channels[] = {w, 3 * w, 6 * w, 4 * w, 4 * w};
  for (std::size_t i = 0; i < 5; ++i) lins_.push_back(register_buffer("lin" + std::to_string(i), torch::ones({1, channels[i], 1, 1})));
  shift_ = register_buffer("shift", torch::tensor({-0.030f, -0.088f, -0.188f}).reshape({1, 3, 1, 1}));
  scale_ = register_buffer("scale", torch::tensor({0.458f, 0.448f, 0.450f}).reshape({1, 3, 1, 1}));
}

std::vector<torch::Tensor> LpipsImpl::maps(const torch::Tensor& pictures) {
  std::vector<torch::Tensor> maps;
  auto map = (2 * pictures - 1 - shift_) / scale_;  // one channel spreads to three
  for (const auto& layer : *features_) {
    if (const auto* conv = layer.ptr()->as<nn::Conv2d>()) map = const_cast<nn::Conv2dImpl*>(conv)->forward(map);
    else if (layer.ptr()->as<nn::ReLU>()) maps.push_back(map = torch::relu(map));
    else map = torch::max_pool2d(map, 3, 2);
  }
  return maps;
}

torch::Tensor LpipsImpl::distance(const std::vector<torch::Tensor>& predicted, const std::vector<torch::Tensor>& wanted) {
  // The published 1e-10 stands outside the root, where the slope at 0 is infinite.
  const auto unit = [](const torch::Tensor& map) { return map / (map.square().sum(1, /*keepdim=*/true) + 1e-12).sqrt(); };
  torch::Tensor sum;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const auto error = ((unit(predicted[i]) - unit(wanted[i])).square() * lins_[i]).sum(1).mean();
    sum = sum.defined() ? sum + error : error;
  }
  return sum;
}

void load_alexnet(const std::filesystem::path& file, LpipsImpl& network) {
  const auto tensors = read_torch_archive(file);
  for (auto& item : network.named_parameters()) copy_weight(tensors, item.key(), file, item.value());
}

void load_lpips(const std::filesystem::path& file, LpipsImpl& network) {
  const auto tensors = read_torch_archive(file);
  for (std::size_t i = 0; i < network.lins_.size(); ++i) {
    copy_weight(tensors, "lin" + std::to_string(i) + ".model.1.weight", file, network.lins_[i]);
    if (!(network.lins_[i].min().item<float>() >= 0))
      throw WeightFileError("The file '" + file.string() + "' cannot be used as weights: LPIPS weights must not be negative.");
  }
}

}  // namespace luthier
