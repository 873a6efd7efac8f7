#include "core/session/weights_check.h"

#include <torch/torch.h>

#include <charconv>

namespace luthier {

namespace {

const std::string& entry_of(const Checkpoint& checkpoint, const std::filesystem::path& file, const char* entry) {
  const auto found = checkpoint.record.find(entry);
  if (found == checkpoint.record.end()) throw CheckpointError("The weight file '" + file.string() + "' has no '" + entry + "' in its record; it was not written by Luthier.");
  return found->second;
}

}  // namespace

void check_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& file, std::initializer_list<const char*> entries) {
  for (const char* entry : entries) entry_of(checkpoint, file, entry);
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    if (!tensor.is_floating_point() || !(name.starts_with("model.") || name.starts_with("ema."))) continue;
    if (torch::isnan(tensor).any().item<bool>())
      throw CheckpointError("The weight file '" + file.string() + "' holds values that are no numbers (" + name + "); take an earlier checkpoint of the run, or train anew with a smaller learning rate.");
  }
}

const Family& family_of(const Checkpoint& checkpoint, const std::filesystem::path& file) {
  const std::string& name = entry_of(checkpoint, file, "family");
  for (const Family* family : families())
    if (family->info().id == name) return *family;
  throw CheckpointError("The weight file '" + file.string() + "' is of the family '" + name.substr(0, 40) + "', which this program does not know; take a file that it wrote.");
}

std::int64_t step_of(const Checkpoint& checkpoint, const std::filesystem::path& file) {
  const std::string& text = entry_of(checkpoint, file, "step");
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
  if (error != std::errc() || end != text.data() + text.size() || step < 0)
    throw CheckpointError("The weight file '" + file.string() + "' says no number as its step ('" + text.substr(0, 40) + "'); take another checkpoint of the run.");
  return step;
}

}  // namespace luthier
