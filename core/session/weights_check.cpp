#include "core/session/weights_check.h"

#include <torch/torch.h>

#include <charconv>

namespace luthier {

void check_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& file, std::initializer_list<const char*> entries) {
  for (const char* entry : entries)
    if (!checkpoint.record.count(entry))
      throw CheckpointError("The weight file '" + file.string() + "' has no '" + entry + "' in its record; it was not written by Luthier.");
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (!tensor.is_floating_point() || !(name.starts_with("model.") || name.starts_with("ema."))) continue;
    if (torch::isnan(tensor).any().item<bool>())
      throw CheckpointError("The weight file '" + file.string() + "' holds values that are no numbers (" + name + "); take an earlier checkpoint of the run, or train anew with a smaller learning rate.");
  }
}

std::int64_t step_of(const Checkpoint& checkpoint, const std::filesystem::path& file) {
  check_checkpoint(checkpoint, file, {"step"});
  const std::string& text = checkpoint.at("step");
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
  if (error != std::errc() || end != text.data() + text.size() || step < 0)
    throw CheckpointError("The weight file '" + file.string() + "' says no number as its step ('" + text.substr(0, 40) + "'); take another checkpoint of the run.");
  return step;
}

}  // namespace luthier
