#pragma once
#include <torch/types.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "core/transfer/transfer_sound.h"

namespace luthier {

/// The clean estimates of one transfer, for hearing them afterwards. Holds at most a budget of bytes: of many steps every
/// n-th is kept; the first, the last and the wanted one always. Any thread.
class StepStore {
 public:
  explicit StepStore(std::int64_t budget_bytes, int wanted = 0) : budget_(budget_bytes), wanted_(wanted) {}
  /// True when the step was kept. Steps of a channel arrive in order.
  bool add(const SoundStep& step, int channels);
  /// Steps that are kept, ascending, from 1.
  std::vector<int> steps() const;
  int total() const;  ///< 0 before the first
  /// The nearest kept step at or below; a channel that has not come so far gives way to the first. Undefined where there is none.
  torch::Tensor at(int channel, int step) const;

 private:
  std::int64_t budget_, stride_ = 1;
  int wanted_;
  mutable std::mutex mutex_;
  int total_ = 0;
  std::map<int, std::map<int, torch::Tensor>> channels_;  ///< channel -> step -> estimate
};

}  // namespace luthier
