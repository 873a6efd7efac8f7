#include "core/training/state.h"

#include <torch/torch.h>

#include "core/training/checkpoint.h"

namespace luthier {
namespace {

std::string shape_text(const torch::Tensor& tensor) {
  std::string text = "[";
  for (std::int64_t i = 0; i < tensor.dim(); ++i) text += (i ? ", " : "") + std::to_string(tensor.size(i));
  return text + "]";
}

void copy_checked(const std::string& name, const torch::Tensor& from, torch::Tensor& to) {
  if (from.sizes() != to.sizes())
    throw CheckpointError("The checkpoint's tensor '" + name + "' has shape " + shape_text(from) + " where " + shape_text(to) +
                          " is needed; it belongs to other settings or another family.");
  torch::NoGradGuard guard;
  to.copy_(from);
}

torch::Tensor saved(const torch::Tensor& tensor) { return tensor.detach().to(torch::kCPU, /*non_blocking=*/false, /*copy=*/true).contiguous(); }

/// The moments of Adam and AdamW as named tensors, so that saving and loading are one walk.
template <class State, class Visit>
void visit_moments(State& state, const Visit& visit) {
  auto average = state.exp_avg();
  auto square = state.exp_avg_sq();
  visit("exp_avg", average);
  visit("exp_avg_sq", square);
}

template <class State>
void save_state(const std::string& key, State& state, TensorMap& out) {
  visit_moments(state, [&](const char* name, torch::Tensor& moment) { out[key + name] = saved(moment); });
  out[key + "step"] = torch::tensor(static_cast<double>(state.step()), torch::kDouble);
}

}  // namespace

void StateSaver::tensor(const std::string& name, torch::Tensor& value) { tensors["state." + name] = saved(value); }
void StateSaver::number(const std::string& name, double& value) { tensors["state." + name] = torch::tensor(value, torch::kDouble); }

void StateSaver::module(const std::string& name, torch::nn::Module& module) {
  for (const auto& item : module.named_parameters()) tensors["model." + name + "." + item.key()] = saved(item.value());
  for (const auto& item : module.named_buffers()) tensors["model." + name + "." + item.key()] = saved(item.value());
}

void StateSaver::optimiser(const std::string& name, torch::optim::Optimizer& optimiser) {
  std::int64_t index = 0, group_index = 0;
  for (auto& group : optimiser.param_groups()) {
    tensors["optim." + name + ".group" + std::to_string(group_index++) + ".lr"] =
        torch::tensor(group.options().get_lr(), torch::kDouble);
    for (auto& parameter : group.params()) {
      const std::string key = "optim." + name + "." + std::to_string(index++) + ".";
      auto found = optimiser.state().find(parameter.unsafeGetTensorImpl());
      if (found == optimiser.state().end()) continue;
      if (auto* adamw = dynamic_cast<torch::optim::AdamWParamState*>(found->second.get())) save_state(key, *adamw, tensors);
      else if (auto* adam = dynamic_cast<torch::optim::AdamParamState*>(found->second.get())) save_state(key, *adam, tensors);
      else throw CheckpointError("The optimiser '" + name + "' is of a kind that checkpoints cannot hold.");
    }
  }
}

const torch::Tensor& StateLoader::get(const std::string& name) const {
  auto found = tensors_.find(name);
  if (found == tensors_.end())
    throw CheckpointError("The checkpoint has no tensor '" + name + "'; it is of another family, other settings, or holds weights only.");
  return found->second;
}

void StateLoader::tensor(const std::string& name, torch::Tensor& value) {
  const auto& stored = get("state." + name);
  if (!value.defined()) value = stored.clone();
  else copy_checked(name, stored, value);
}
void StateLoader::number(const std::string& name, double& value) { value = number_in("state." + name); }

double StateLoader::number_in(const std::string& name) const {
  const auto& stored = get(name);
  if (stored.numel() != 1) throw CheckpointError("The checkpoint's '" + name + "' is no single number; it is damaged.");
  return stored.item<double>();
}

void StateLoader::module(const std::string& name, torch::nn::Module& module) {
  load_module(tensors_, "model." + name + ".", module);
}

void StateLoader::optimiser(const std::string& name, torch::optim::Optimizer& optimiser) {
  std::int64_t index = 0, group_index = 0;
  for (auto& group : optimiser.param_groups()) {
    group.options().set_lr(number_in("optim." + name + ".group" + std::to_string(group_index++) + ".lr"));
    for (auto& parameter : group.params()) {
      const std::string key = "optim." + name + "." + std::to_string(index++) + ".";
      if (!tensors_.count(key + "exp_avg")) continue;
      const auto fill = [&](auto state) {
        state->exp_avg(get(key + "exp_avg").to(parameter.device()).clone());
        state->exp_avg_sq(get(key + "exp_avg_sq").to(parameter.device()).clone());
        state->step(static_cast<std::int64_t>(number_in(key + "step")));
        if (state->exp_avg().sizes() != parameter.sizes() || state->exp_avg_sq().sizes() != parameter.sizes())
          throw CheckpointError("The checkpoint's optimiser state '" + key + "' does not fit; it belongs to other settings.");
        optimiser.state()[parameter.unsafeGetTensorImpl()] = std::move(state);
      };
      if (dynamic_cast<torch::optim::AdamW*>(&optimiser)) fill(std::make_unique<torch::optim::AdamWParamState>());
      else fill(std::make_unique<torch::optim::AdamParamState>());
    }
  }
}

bool is_gathered(const std::string& tensor) {
  const auto start = tensor.find('.'), end = tensor.find('.', start + 1);
  return end != std::string::npos && tensor.substr(0, end).ends_with("_memory");
}

void load_module(const TensorMap& tensors, const std::string& prefix, torch::nn::Module& module) {
  const auto first = tensors.lower_bound(prefix);
  if (is_gathered(prefix) && (first == tensors.end() || !first->first.starts_with(prefix))) return;
  const auto load = [&](const std::string& key, torch::Tensor& value) {
    auto found = tensors.find(prefix + key);
    if (found == tensors.end())
      throw CheckpointError("The checkpoint has no tensor '" + prefix + key + "'; it is of another family or other settings.");
    copy_checked(prefix + key, found->second, value);
  };
  for (auto& item : module.named_parameters()) load(item.key(), item.value());
  for (auto& item : module.named_buffers()) load(item.key(), item.value());
}

}  // namespace luthier
