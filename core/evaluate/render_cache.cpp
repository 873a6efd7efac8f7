#include "core/evaluate/render_cache.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <optional>

#include "audio/reader.h"
#include "audio/resampler.h"
#include "audio/synth/phrase.h"
#include "audio/synth/soundfont_renderer.h"
#include "audio/writer.h"
#include "core/evaluate/clip_analysis.h"
#include "core/evaluate/run_parallel.h"

namespace luthier {
namespace {

constexpr int kClipSeconds = 8;

std::string sha256_prefix(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw audio::AudioError("The soundfont '" + path.string() + "' cannot be read.");
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::vector<char> block(1 << 20);
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0)
    EVP_DigestUpdate(context.get(), block.data(), static_cast<std::size_t>(file.gcount()));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    constexpr char kHex[] = "0123456789abcdef";
    text += kHex[digest[i] >> 4];
    text += kHex[digest[i] & 15];
  }
  return text;
}

/// 48 kHz without effects, mean of the channels, to the wanted rate, 16 bits.
void render_to(const std::filesystem::path& path, audio::SoundfontRenderer& renderer, const RenderKey& key, int sample_rate) {
  const audio::Phrase phrase = audio::make_phrase(key.seed);
  const audio::AudioBuffer wide = renderer.render(phrase, key.program, phrase.seconds);
  audio::AudioBuffer clip = audio::resample(wide, sample_rate);
  clip.channels.resize(1);
  clip.channels.front().resize(static_cast<std::size_t>(kClipSeconds * sample_rate), 0.0f);
  std::filesystem::create_directories(path.parent_path());
  audio::write_audio(path, clip, audio::FileFormat::wav16);
}

/// Nothing where the file is not there or is not what render_to wrote.
std::optional<audio::AudioBuffer> read_whole(const std::filesystem::path& file, int sample_rate) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    auto clip = audio::read_audio(file);
    if (clip.sample_rate == sample_rate && clip.channel_count() == 1 && clip.length() == static_cast<std::size_t>(kClipSeconds * sample_rate)) return clip;
  } catch (const audio::AudioError&) {
    // damaged: rendered anew
  }
  return std::nullopt;
}

}  // namespace

RenderCache::RenderCache(std::filesystem::path folder, int sample_rate) : folder_(std::move(folder)), sample_rate_(sample_rate) {}

std::string RenderCache::font_hash(const std::filesystem::path& font) {
  const std::lock_guard lock(mutex_);
  std::string& hash = hashes_[font];
  if (hash.empty()) hash = sha256_prefix(font);
  return hash;
}

std::filesystem::path RenderCache::path(const RenderKey& key) {
  // "v1" stands for the settings of render_to and the phrase generator: raise it when they change.
  return folder_ / "renders" / ("v1-" + key.font.stem().string() + "-" + font_hash(key.font)) /
         ("program" + std::to_string(key.program) + "-phrase" + std::to_string(key.seed) +
          (sample_rate_ == kEvaluationRate ? "" : "-" + std::to_string(sample_rate_) + "Hz") + ".wav");
}

void RenderCache::prepare(const std::vector<RenderKey>& wanted, int threads, const ProgressSink& progress,
                          std::stop_token stop) {
  std::vector<RenderKey> missing;
  for (const RenderKey& key : wanted)
    if (!std::filesystem::exists(path(key))) missing.push_back(key);
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end(),
                            [](const RenderKey& a, const RenderKey& b) { return !(a < b) && !(b < a); }),
                missing.end());
  if (missing.empty()) return;

  // A soundfont is loaded per renderer, so a few threads are enough.
  const int workers = std::clamp(threads, 1, 8);
  std::vector<std::unique_ptr<audio::SoundfontRenderer>> renderers(static_cast<std::size_t>(workers));
  const auto work = [&](std::size_t i, std::size_t worker) {
    std::unique_ptr<audio::SoundfontRenderer>& renderer = renderers[worker];
    if (!renderer || renderer->soundfont() != missing[i].font)
      renderer = std::make_unique<audio::SoundfontRenderer>(missing[i].font);
    render_to(path(missing[i]), *renderer, missing[i], sample_rate_);
  };
  run_parallel(missing.size(), workers, work, counted(progress, "rendering phrases", missing.size()), stop);
}

audio::AudioBuffer RenderCache::clip(const RenderKey& key) {
  const std::filesystem::path file = path(key);
  if (auto whole = read_whole(file, sample_rate_)) return std::move(*whole);
  static std::mutex rendering;  // of what two threads may miss at once
  const std::lock_guard lock(rendering);
  if (auto whole = read_whole(file, sample_rate_)) return std::move(*whole);
  std::error_code error;
  std::filesystem::remove(file, error);
  audio::SoundfontRenderer renderer(key.font);
  render_to(file, renderer, key, sample_rate_);
  return audio::read_audio(file);
}

}  // namespace luthier
