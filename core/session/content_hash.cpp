#include "core/session/content_hash.h"

#include <openssl/evp.h>

#include <cstdio>
#include <vector>

#include "core/session/workspace.h"

namespace luthier {
namespace {

void check(int result) {
  if (result != 1) throw SessionError("OpenSSL cannot compute SHA-256 on this system; install its default provider");
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(handle); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { check(EVP_DigestInit_ex(context_->handle, EVP_sha256(), nullptr)); }
Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) { check(EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size())); }

std::string Sha256::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  check(EVP_DigestFinal_ex(context_->handle, digest, &size));
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

std::string sha256_of_file(const std::filesystem::path& file, const std::stop_token& stop) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> handle(std::fopen(file.c_str(), "rb"), std::fclose);
  if (!handle) throw SessionError("'" + file.string() + "' cannot be opened; check that it exists and may be read");
  Sha256 hash;
  std::vector<std::byte> piece(std::size_t{1} << 18);
  while (const auto count = std::fread(piece.data(), 1, piece.size(), handle.get())) {
    if (stop.stop_requested()) throw SessionError("reading '" + file.string() + "' was stopped");
    hash.add({piece.data(), count});
  }
  if (std::ferror(handle.get())) throw SessionError("'" + file.string() + "' cannot be read to its end; check the disk");
  return hash.hex();
}

std::string sha256_of_text(const std::string& text) {
  Sha256 hash;
  hash.add(std::as_bytes(std::span(text)));
  return hash.hex();
}

std::string sha256_of_clip(const audio::AudioBuffer& sound, std::size_t start, std::size_t frames, std::int64_t pad) {
  Sha256 hash;
  const std::string head = "luthier clip 1 " + std::to_string(sound.sample_rate) + " " + std::to_string(sound.channel_count()) + " " +
                           std::to_string(frames) + " " + std::to_string(pad) + "\n";
  hash.add(std::as_bytes(std::span(head)));
  for (const auto& channel : sound.channels) hash.add(std::as_bytes(std::span(channel).subspan(start, frames)));
  return hash.hex();
}

}  // namespace luthier
