#include "core/training/ema.h"

#include <torch/torch.h>

#include <algorithm>

#include "core/training/checkpoint.h"

namespace luthier {

WeightAverage::WeightAverage(double decay, Modules modules) : decay_(decay), modules_(std::move(modules)) {
  if (!active()) return;
  for (auto& [name, module] : modules_)
    for (auto& item : module->named_parameters()) {
      live_.push_back(item.value());
      names_.push_back(name + "." + item.key());
      average_.push_back(item.value().detach().clone());
    }
}

void WeightAverage::update() {
  if (!active()) return;
  torch::NoGradGuard guard;
  updates_ += 1;
  const double keep = std::min(decay_, (1 + updates_) / (10 + updates_));
  at::_foreach_lerp_(average_, live_, 1 - keep);
}

void WeightAverage::swap() {
  if (!active()) return;
  torch::NoGradGuard guard;
  for (std::size_t i = 0; i < live_.size(); ++i) {
    auto held = live_[i].detach().clone();
    live_[i].detach().copy_(average_[i]);
    average_[i].copy_(held);
  }
}

void WeightAverage::save(TensorMap& out) const {
  if (!active()) return;
  for (std::size_t i = 0; i < names_.size(); ++i) out["ema." + names_[i]] = average_[i].detach().cpu().clone();
  for (const auto& [name, module] : modules_)
    for (const auto& item : module->named_buffers()) out["ema." + name + "." + item.key()] = item.value().detach().cpu().clone();
  out["state.ema_updates"] = torch::tensor(updates_, torch::kDouble);
}

void WeightAverage::load(const TensorMap& tensors) {
  if (!active()) return;
  torch::NoGradGuard guard;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const auto found = tensors.find("ema." + names_[i]);
    if (found == tensors.end()) average_[i].copy_(live_[i]);
    else if (found->second.sizes() == average_[i].sizes()) average_[i].copy_(found->second);
    else throw CheckpointError("The checkpoint's tensor 'ema." + names_[i] + "' has another shape; it belongs to other settings or another family.");
  }
  if (const auto found = tensors.find("state.ema_updates"); found != tensors.end() && found->second.numel() == 1)
    updates_ = found->second.item<double>();
}

}  // namespace luthier
