#pragma once
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>

#include "core/training/state.h"

namespace luthier {

/// A weight file that cannot be used. One sentence: which file, what is wrong, what to do.
class CheckpointError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Weights and their record. On disk: safetensors (u64 little-endian header length, JSON header, raw little-endian data;
/// https://huggingface.co/docs/safetensors), the record in `__metadata__`.
struct Checkpoint {
  std::map<std::string, std::string> record;  ///< "family", "config" (canonical text), "representation", "labels" (JSON), "step", …
  TensorMap tensors;                          ///< on CPU

  const std::string& at(const std::string& key) const;  ///< throws CheckpointError naming the key
  /// Where a module's weights are: "ema.<module>." where the run averaged them, else "model.<module>.".
  std::string weights_prefix(const std::string& module) const;
};

/// Writes to a temporary name, fsyncs, renames, fsyncs the folder. Throws CheckpointError (full disk, read-only folder …)
/// and leaves an older file as it was.
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
/// Reads and checks every length and offset before use. Throws CheckpointError.
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace luthier
