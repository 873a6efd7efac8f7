#pragma once
#include <torch/torch.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

/// Numbers of reference layers written by tests/golden/make_weights_golden.py.
namespace golden {

inline std::string folder() { return std::string(GOLDEN_DIR) + "/weights/"; }

inline const std::vector<double>& numbers(const std::string& name) {
  static std::map<std::string, std::vector<double>> all = [] {
    std::map<std::string, std::vector<double>> read;
    std::ifstream stream(folder() + "numbers.txt");
    for (std::string line; std::getline(stream, line);) {
      std::istringstream words(line);
      std::string key;
      words >> key;
      for (double x; words >> x;) read[key].push_back(x);
    }
    return read;
  }();
  const auto found = all.find(name);
  if (found == all.end()) throw std::runtime_error("no golden numbers '" + name + "'");
  return found->second;
}

/// Largest difference between the golden numbers and a tensor's 16 spread values and mean absolute value.
inline double difference(const std::string& name, const torch::Tensor& tensor) {
  const auto flat = tensor.detach().to(torch::kDouble).flatten();
  const auto& wanted = numbers(name);
  double worst = std::abs(flat.abs().mean().item<double>() - wanted.at(16));
  for (std::int64_t i = 0; i < 16; ++i)
    worst = std::max(worst, std::abs(flat[i * (flat.numel() - 1) / 15].item<double>() - wanted.at(static_cast<std::size_t>(i))));
  return worst;
}

inline torch::Tensor cosine(torch::IntArrayRef shape, double offset = 0) {
  std::int64_t count = 1;
  for (const auto size : shape) count *= size;
  return torch::cos(torch::arange(count, torch::kDouble) + offset).reshape(shape);
}

/// The same rule as fill() in make_weights_golden.py.
inline void fill(torch::nn::Module& module) {
  torch::NoGradGuard guard;
  double k = 0;
  for (auto& item : module.named_parameters()) {
    auto& p = item.value();
    if (p.dim() > 1) p.copy_(cosine(p.sizes(), k) * std::sqrt(2.0 / (static_cast<double>(p.numel()) / static_cast<double>(p.size(0)))));
    else p.copy_(cosine(p.sizes(), k) * 0.1 + (item.key().ends_with("weight") ? 1.0 : 0.0));
    k += 1;
  }
  for (auto& item : module.named_buffers()) {
    if (item.key().ends_with("running_mean")) item.value().copy_(cosine(item.value().sizes()) * 0.1);
    if (item.key().ends_with("running_var")) item.value().copy_(cosine(item.value().sizes()) * 0.5 + 1);
  }
  module.eval();
}

/// Pictures in [0, 1] without period in common with their size.
inline torch::Tensor pictures(std::int64_t batch, std::int64_t side, double step, double offset = 0) {
  return (0.5 + 0.5 * torch::cos(torch::arange(batch * side * side, torch::kDouble) * step + offset)).to(torch::kFloat).reshape({batch, 1, side, side});
}

}  // namespace golden
