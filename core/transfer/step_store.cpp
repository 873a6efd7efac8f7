#include "core/transfer/step_store.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace luthier {

bool StepStore::add(const SoundStep& step, int channels) {
  const std::lock_guard lock(mutex_);
  if (total_ == 0) {
    total_ = step.total;
    const std::int64_t bytes = step.estimate.numel() * 4 * std::max(1, channels);
    const std::int64_t most = std::max<std::int64_t>(2, budget_ / std::max<std::int64_t>(1, bytes));
    stride_ = (total_ + most - 1) / most;
  }
  if (step.step != 1 && step.step != step.total && step.step != wanted_ && step.step % stride_ != 0) return false;
  channels_[step.channel][step.step] = step.estimate.to(at::kCPU).to(at::kFloat).clone();
  return true;
}

std::vector<int> StepStore::steps() const {
  const std::lock_guard lock(mutex_);
  std::vector<int> all;
  if (channels_.empty()) return all;
  for (const auto& [step, estimate] : channels_.begin()->second) all.push_back(step);
  return all;
}

int StepStore::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

torch::Tensor StepStore::at(int channel, int step) const {
  const std::lock_guard lock(mutex_);
  for (const int from : {channel, channels_.empty() ? channel : channels_.begin()->first}) {
    const auto found = channels_.find(from);
    if (found == channels_.end()) continue;
    auto after = found->second.upper_bound(step);
    if (after != found->second.begin()) return std::prev(after)->second;
  }
  return {};
}

}  // namespace luthier
