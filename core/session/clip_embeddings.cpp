#include "core/session/clip_embeddings.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include "audio/resampler.h"
#include "core/evaluate/clip_analysis.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHash = 32, kRecord = kHash + sizeof(Embedding);
const std::string kHead = "luthier timbre embeddings 1 f32\n";

bool all_finite(const Embedding& embedding) {
  return std::all_of(embedding.begin(), embedding.end(), [](float x) { return std::isfinite(x); });
}

}  // namespace

std::optional<Embedding> timbre_of(std::span<const float> samples, int sample_rate) {
  if (samples.empty() || std::none_of(samples.begin(), samples.end(), [](float x) { return x != 0; })) return std::nullopt;
  std::vector<float> sound = audio::resample(std::vector<float>(samples.begin(), samples.end()), sample_rate, kEvaluationRate);
  // The window of the analysis is 62 frames of 256 samples, and a little more is lost at its edges.
  constexpr std::size_t kLeast = kEvaluationRate + 512;
  for (std::size_t own = sound.size(), i = 0; !sound.empty() && sound.size() < kLeast; ++i) sound.push_back(sound[i % own]);
  try {
    const ClipAnalysis analysis = analyse_timbre(sound);
    if (analysis.windows() == 0) return std::nullopt;
    Embedding mean{};
    for (int w = 0; w < analysis.windows(); ++w)
      for (std::size_t k = 0; k < mean.size(); ++k)
        mean[k] += static_cast<float>(analysis.embeddings[static_cast<std::size_t>(w) * mean.size() + k] / analysis.windows());
    return all_finite(mean) ? std::optional(mean) : std::nullopt;
  } catch (const EvaluationError&) {
    return std::nullopt;
  }
}

std::string hash_bytes(const std::string& hex) {
  if (hex.size() != 2 * kHash || hex.find_first_not_of("0123456789abcdef") != std::string::npos) return {};
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return bytes;
}

std::string hash_text(const std::string& bytes) {
  std::string hex;
  for (const char c : bytes) hex += {"0123456789abcdef"[static_cast<unsigned char>(c) / 16], "0123456789abcdef"[static_cast<unsigned char>(c) % 16]};
  return hex;
}

EmbeddingStore::EmbeddingStore(const fs::path& features) : file_(features / "timbre-1.embeddings") {
  std::ifstream in(file_, std::ios::binary);
  if (!in) return;
  std::string head(kHead.size(), '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  std::error_code error;
  if (!in || head != kHead) {
    in.close();
    fs::remove(file_, error);
    return;
  }
  std::array<char, kRecord> record{};
  std::uintmax_t whole = kHead.size();
  while (in.read(record.data(), kRecord)) {
    whole += kRecord;
    Embedding embedding;
    std::memcpy(embedding.data(), record.data() + kHash, sizeof embedding);
    if (all_finite(embedding)) known_[hash_text(std::string(record.data(), kHash))] = embedding;
  }
  in.close();
  if (const auto size = fs::file_size(file_, error); !error && size != whole) fs::resize_file(file_, whole, error);  // half a record of a killed program
}

EmbeddingStore::~EmbeddingStore() { flush(); }

const Embedding* EmbeddingStore::find(const std::string& sha256) const {
  const auto found = known_.find(sha256);
  return found == known_.end() ? nullptr : &found->second;
}

void EmbeddingStore::add(const std::string& sha256, const Embedding& embedding) {
  const std::string bytes = hash_bytes(sha256);
  if (bytes.empty() || !known_.emplace(sha256, embedding).second) return;
  waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
  const char* values = reinterpret_cast<const char*>(embedding.data());
  waiting_.insert(waiting_.end(), values, values + sizeof embedding);
}

void EmbeddingStore::flush() {
  if (waiting_.empty()) return;
  std::error_code error;
  fs::create_directories(file_.parent_path(), error);
  const bool begun = fs::exists(file_, error);
  std::ofstream out(file_, std::ios::binary | std::ios::app);
  if (!begun) out << kHead;
  out.write(waiting_.data(), static_cast<std::streamsize>(waiting_.size()));
  waiting_.clear();
}

}  // namespace luthier
