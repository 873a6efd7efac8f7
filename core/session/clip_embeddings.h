#pragma once
#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace luthier {

/// How a sound's timbre is described for maps and neighbours: mean and deviation over time of the cepstral coefficients c1 … c20
/// (core/evaluate/clip_analysis.h), averaged over windows of a second. Level and length do not count.
using Embedding = std::array<float, 40>;

/// Of mono samples at any rate; sounds shorter than a second are repeated until they last one. Nothing for silence and for
/// samples that are no numbers. Any thread; some milliseconds for a clip.
std::optional<Embedding> timbre_of(std::span<const float> samples, int sample_rate);

/// Embeddings by the hash of the clip's samples, kept in features/timbre-1.embeddings, which may be deleted at any time. One
/// thread; several programs may add to one file. A damaged file is begun anew; where it cannot be written, nothing is kept.
class EmbeddingStore {
 public:
  explicit EmbeddingStore(const std::filesystem::path& features);
  ~EmbeddingStore();
  EmbeddingStore(const EmbeddingStore&) = delete;
  EmbeddingStore& operator=(const EmbeddingStore&) = delete;

  const Embedding* find(const std::string& sha256) const;
  /// On disk after flush(), or when the store goes.
  void add(const std::string& sha256, const Embedding& embedding);
  void flush();

 private:
  std::filesystem::path file_;
  std::map<std::string, Embedding> known_;
  std::vector<char> waiting_;  ///< records to be appended
};

/// 64 hex digits as 32 bytes and back. Empty for anything else.
std::string hash_bytes(const std::string& hex);
std::string hash_text(const std::string& bytes);

}  // namespace luthier
