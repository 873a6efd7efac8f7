#pragma once
#include <torch/torch.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

/// Reference numbers written by show() of tests/golden/make_family_golden.py.
namespace golden_data {

struct Case {
  std::map<std::string, std::string> state;  ///< key -> sizes, as in 2x3
  struct Output {
    std::string sizes;
    std::int64_t step = 1;
    std::vector<double> values;
  };
  std::map<std::string, Output> outputs;
};

/// `file` below tests/golden. Throws when it is missing.
inline std::map<std::string, Case> cases(const std::string& file) {
  std::ifstream stream(std::string(GOLDEN_DIR) + "/" + file);
  if (!stream) throw std::runtime_error("no golden file " + file);
  std::map<std::string, Case> all;
  Case* current = nullptr;
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string kind, name, colon;
    words >> kind >> name;
    if (kind == "case") current = &all[name];
    else if (kind == "state") words >> current->state[name];
    else if (kind == "output") {
      auto& output = current->outputs[name];
      words >> output.sizes >> output.step >> colon;
      for (double value; words >> value;) output.values.push_back(value);
    }
  }
  return all;
}

inline std::string sizes_text(const torch::Tensor& tensor) {
  std::string text;
  for (const auto size : tensor.sizes()) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text.empty() ? "1" : text;
}

/// What differs between a module's state names and sizes and the reference's; empty: nothing.
inline std::string state_difference(const Case& wanted, const torch::nn::Module& module) {
  std::map<std::string, std::string> mine;
  for (const auto& item : module.named_parameters()) mine[item.key()] = sizes_text(item.value());
  for (const auto& item : module.named_buffers()) mine[item.key()] = sizes_text(item.value());
  std::string text;
  for (const auto& [key, sizes] : wanted.state)
    if (!mine.count(key) || mine.at(key) != sizes) text += " lacks " + key + " " + sizes;
  for (const auto& [key, sizes] : mine)
    if (!wanted.state.count(key)) text += " has " + key + " " + sizes;
  return text;
}

/// Where a tensor differs from the reference by more than `tolerance` of 1 + |value|; empty: nowhere.
inline std::string output_difference(const Case& wanted, const std::string& name, const torch::Tensor& tensor, double tolerance = 3e-5) {
  const auto found = wanted.outputs.find(name);
  if (found == wanted.outputs.end()) return "no output " + name;
  const auto& output = found->second;
  if (sizes_text(tensor) != output.sizes && tensor.numel() != 1) return name + " has the sizes " + sizes_text(tensor) + ", not " + output.sizes;
  const auto flat = tensor.detach().reshape({-1}).to(torch::kDouble).contiguous();
  for (std::size_t i = 0; i < output.values.size(); ++i) {
    const double mine = flat[static_cast<std::int64_t>(i) * output.step].item<double>();
    if (!(std::abs(mine - output.values[i]) <= tolerance * (1 + std::abs(output.values[i]))))
      return name + " [" + std::to_string(i) + "]: " + std::to_string(mine) + ", not " + std::to_string(output.values[i]);
  }
  return {};
}

inline torch::Tensor wave(torch::IntArrayRef sizes, double step = 0.37, bool cosine = false) {
  std::int64_t count = 1;
  for (const auto size : sizes) count *= size;
  const auto angle = step * torch::arange(count, torch::kDouble);
  return (cosine ? torch::cos(angle) : torch::sin(angle)).to(torch::kFloat).reshape(sizes);
}

/// The same rule as fill() in make_family_golden.py.
inline void fill(torch::nn::Module& module) {
  torch::NoGradGuard guard;
  const auto cosine = [](std::int64_t count) { return torch::cos(torch::arange(count, torch::kDouble)); };
  for (auto& item : module.named_parameters()) {
    const double start = item.key().ends_with("weight_g") ? 1.5 : 0.0;
    item.value().copy_((start + 0.2 * cosine(item.value().numel())).to(torch::kFloat).reshape(item.value().sizes()));
  }
  for (auto& item : module.named_buffers())
    if (item.key().ends_with("weight_u") || item.key().ends_with("weight_v")) {
      const auto direction = cosine(item.value().numel());
      item.value().copy_((direction / direction.norm()).to(torch::kFloat));
    }
}

}  // namespace golden_data
