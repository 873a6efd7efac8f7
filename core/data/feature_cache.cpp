#include "core/data/feature_cache.h"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace luthier {
namespace {

namespace fs = std::filesystem;

// Raised when an analysis changes, so that older entries are not taken for the new ones.
constexpr int kAnalysisVersion = 1;
constexpr std::array<char, 8> kMagic{'L', 'U', 'T', 'F', 'E', 'A', 'T', '1'};
constexpr std::size_t kHeaderBytes = 256;
constexpr std::size_t kMaxAxes = 4;

struct Header {
  std::array<char, 8> magic{};
  std::uint32_t type = 0;  ///< 1: float32, 2: int16
  std::uint32_t axes = 0;
  std::array<std::int64_t, kMaxAxes> sizes{};
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;
  std::uint64_t representation = 0;
  std::array<char, 64> clip{};
};
static_assert(sizeof(Header) <= kHeaderBytes);

/// FNV-1a over words, then over the bytes that remain: finds damage, is no protection against intent.
std::uint64_t checksum(const void* data, std::size_t bytes) {
  constexpr std::uint64_t kPrime = 0x100000001B3ull;
  std::uint64_t hash = 0xCBF29CE484222325ull;
  const char* at = static_cast<const char*>(data);
  for (; bytes >= 8; bytes -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    hash = (hash ^ word) * kPrime;
    hash ^= hash >> 29;
  }
  for (; bytes > 0; --bytes, ++at) hash = (hash ^ static_cast<unsigned char>(*at)) * kPrime;
  return hash;
}

std::string hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

/// A file's pages; written to, they become the process's own.
class Mapping {
 public:
  Mapping(int file, std::size_t bytes) : bytes_(bytes), start_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0)) {}
  ~Mapping() {
    if (start_ != MAP_FAILED) munmap(start_, bytes_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  explicit operator bool() const { return start_ != MAP_FAILED; }
  char* data() const { return static_cast<char*>(start_); }

 private:
  std::size_t bytes_;
  void* start_;
};

bool write_all(int file, const void* data, std::size_t bytes) {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const auto written = write(file, at, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    bytes -= static_cast<std::size_t>(written);
  }
  return true;
}

Header header_of(const torch::Tensor& features, std::uint64_t representation, const std::string& clip) {
  Header header;
  header.magic = kMagic;
  header.type = features.scalar_type() == at::kShort ? 2 : 1;
  header.axes = static_cast<std::uint32_t>(features.dim());
  std::copy(features.sizes().begin(), features.sizes().end(), header.sizes.begin());
  header.bytes = static_cast<std::uint64_t>(features.nbytes());
  header.checksum = checksum(features.data_ptr(), features.nbytes());
  header.representation = representation;
  std::copy_n(clip.begin(), std::min(clip.size(), header.clip.size()), header.clip.begin());
  return header;
}

bool sound(const Header& header, std::uint64_t file_bytes, std::uint64_t representation, const std::string& clip) {
  if (header.magic != kMagic || header.representation != representation) return false;
  if (header.type != 1 && header.type != 2) return false;
  if (header.axes < 1 || header.axes > kMaxAxes) return false;
  if (std::string(header.clip.data(), strnlen(header.clip.data(), header.clip.size())) != clip.substr(0, header.clip.size())) return false;
  if (header.bytes != file_bytes - kHeaderBytes) return false;
  std::uint64_t expected = header.type == 2 ? 2 : 4;
  for (std::size_t i = 0; i < header.axes; ++i) {
    const std::int64_t size = header.sizes[i];
    if (size < 1 || static_cast<std::uint64_t>(size) > header.bytes / expected) return false;
    expected *= static_cast<std::uint64_t>(size);
  }
  return expected == header.bytes;
}

}  // namespace

FeatureCache::FeatureCache(fs::path folder, const RepresentationSpec& spec) {
  const std::string text = "v" + std::to_string(kAnalysisVersion) + " " + spec.canonical_text();
  key_ = checksum(text.data(), text.size());
  if (!folder.empty()) folder_ = std::move(folder) / hex(key_);
}

fs::path FeatureCache::file(const std::string& clip_hash) const { return folder_ / (clip_hash + ".features"); }

bool FeatureCache::usable(const std::string& clip_hash) const {
  return !folder_.empty() && !clip_hash.empty() && clip_hash.size() <= 64 && clip_hash.find('/') == std::string::npos;
}

std::optional<torch::Tensor> FeatureCache::find(const std::string& clip_hash) const {
  if (!usable(clip_hash)) return std::nullopt;
  const fs::path path = file(clip_hash);
  const Descriptor input(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!input) return std::nullopt;
  struct stat status {};
  Header header;
  bool good = fstat(input.get(), &status) == 0 && status.st_size > static_cast<off_t>(kHeaderBytes) &&
              pread(input.get(), &header, sizeof header, 0) == static_cast<ssize_t>(sizeof header) &&
              sound(header, static_cast<std::uint64_t>(status.st_size), key_, clip_hash);
  if (good) {
    auto mapping = std::make_shared<Mapping>(input.get(), static_cast<std::size_t>(status.st_size));
    if (!*mapping) return std::nullopt;
    good = checksum(mapping->data() + kHeaderBytes, header.bytes) == header.checksum;
    if (good)
      return at::from_blob(mapping->data() + kHeaderBytes, at::IntArrayRef(header.sizes.data(), header.axes),
                           [mapping](void*) {}, at::TensorOptions(header.type == 2 ? at::kShort : at::kFloat));
  }
  std::error_code ignored;
  fs::remove(path, ignored);
  return std::nullopt;
}

torch::Tensor FeatureCache::store(const std::string& clip_hash, const torch::Tensor& features) {
  const auto plain = features.contiguous();
  if (!usable(clip_hash) || !problem_.empty() || plain.numel() == 0 || plain.dim() > static_cast<std::int64_t>(kMaxAxes)) return plain;
  const fs::path path = file(clip_hash), temporary = path.string() + "." + std::to_string(getpid());
  std::error_code error;
  fs::create_directories(folder_, error);
  {
    const Descriptor output(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    std::array<char, kHeaderBytes> start{};
    const Header header = header_of(plain, key_, clip_hash);
    std::memcpy(start.data(), &header, sizeof header);
    if (!output || !write_all(output.get(), start.data(), start.size()) || !write_all(output.get(), plain.data_ptr(), plain.nbytes()) ||
        std::rename(temporary.c_str(), path.c_str()) != 0)
      problem_ = "Features are not kept in " + folder_.string() + " (" + std::strerror(errno) + "); they are computed anew at each start.";
  }
  if (!problem_.empty()) {
    fs::remove(temporary, error);
    return plain;
  }
  return find(clip_hash).value_or(plain);
}

}  // namespace luthier
