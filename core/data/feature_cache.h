#pragma once
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/signal/representation.h"

namespace luthier {

/// Features on disk, one file for a clip's content and a representation: <folder>/<representation>/<clip hash>.features.
/// A 256-byte header (magic, axes, size, keys, checksum) and the raw little-endian values, which are mapped into memory.
/// The folder may be deleted at any time. One thread; several programs may share a folder (files appear by rename).
class FeatureCache {
 public:
  /// An empty folder path switches the cache off.
  FeatureCache(std::filesystem::path folder, const RepresentationSpec& spec);
  /// float32 or int16 as stored, mapped copy-on-write; nothing when it is not there or damaged (then the file is removed).
  std::optional<torch::Tensor> find(const std::string& clip_hash) const;
  /// Writes, and returns what find() would; where that fails (full disk, read-only folder) the features themselves. Then
  /// problem() says why, and nothing more is written.
  torch::Tensor store(const std::string& clip_hash, const torch::Tensor& features);
  const std::string& problem() const { return problem_; }
  std::filesystem::path file(const std::string& clip_hash) const;

 private:
  bool usable(const std::string& clip_hash) const;
  std::filesystem::path folder_;
  std::uint64_t key_;  ///< of the representation's text
  std::string problem_;
};

}  // namespace luthier
