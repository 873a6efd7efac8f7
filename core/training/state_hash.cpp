#include "core/training/state_hash.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace luthier {
namespace {

/// Four independent lanes of multiply and rotate, as xxHash has them (Y. Collet, https://xxhash.com), so that a processor works on
/// all of them at once.
class Mixer {
 public:
  void add(const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    for (; size >= 32; at += 32, size -= 32)
      for (std::size_t lane = 0; lane < 4; ++lane) mix(lane, word(at + 8 * lane, 8));
    for (; size > 0; at += std::min<std::size_t>(8, size), size -= std::min<std::size_t>(8, size)) mix(0, word(at, std::min<std::size_t>(8, size)));
  }
  void add_number(std::int64_t value) { mix(1, static_cast<std::uint64_t>(value)); }
  void add_text(std::string_view text) { add_number(static_cast<std::int64_t>(text.size())), add(text.data(), text.size()); }

  std::string hex() const {
    std::uint64_t all = 0;
    for (const std::uint64_t lane : lanes_) all = (all ^ (std::rotl(lane, 31) * kSecond)) * kFirst + kThird;
    all = (all ^ all >> 33) * kSecond, all = (all ^ all >> 29) * kThird, all ^= all >> 32;
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(all));
    return text;
  }

 private:
  static constexpr std::uint64_t kFirst = 0x9E3779B185EBCA87ull, kSecond = 0xC2B2AE3D27D4EB4Full, kThird = 0x165667B19E3779F9ull;
  static std::uint64_t word(const char* at, std::size_t size) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, size);
    return value;
  }
  void mix(std::size_t lane, std::uint64_t value) { lanes_[lane] = std::rotl(lanes_[lane] + value * kSecond, 31) * kFirst; }
  std::array<std::uint64_t, 4> lanes_{kFirst, kSecond, kThird, 1};
};

}  // namespace

std::string state_hash(const TensorMap& tensors) {
  Mixer mixer;
  for (const auto& [name, tensor] : tensors) {
    const auto flat = tensor.detach().to(torch::kCPU).contiguous();
    mixer.add_text(name);
    mixer.add_number(static_cast<std::int64_t>(flat.scalar_type()));
    mixer.add_number(flat.dim());
    for (const auto size : flat.sizes()) mixer.add_number(size);
    mixer.add(flat.data_ptr(), flat.nbytes());
  }
  return mixer.hex();
}

}  // namespace luthier
