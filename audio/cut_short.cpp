#include "audio/cut_short.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <numeric>

namespace luthier::audio::detail {
namespace {

namespace fs = std::filesystem;

std::uint32_t little(const unsigned char* p) {
  return p[0] | p[1] << 8 | p[2] << 16 | static_cast<std::uint32_t>(p[3]) << 24;
}
std::uint32_t big(const unsigned char* p) {
  return p[3] | p[2] << 8 | p[1] << 16 | static_cast<std::uint32_t>(p[0]) << 24;
}
std::uint32_t big_short(const unsigned char* p) { return static_cast<std::uint32_t>(p[1] | p[0] << 8); }

bool read_at(std::ifstream& in, std::uint64_t at, unsigned char* to, std::streamsize count) {
  in.clear();
  in.seekg(static_cast<std::streamoff>(at));
  return static_cast<bool>(in.read(reinterpret_cast<char*>(to), count));
}

bool is(const unsigned char* at, const char* word) { return std::memcmp(at, word, 4) == 0; }

double share(std::uint64_t promised, std::uint64_t present) {
  return promised > present ? 1.0 - static_cast<double>(present) / static_cast<double>(promised) : 0.0;
}

/// Bytes of sound by AIFF's COMM chunk: channels, frames and bits. 0 where they say nothing (compressed sound).
std::uint64_t bytes_of_comm(std::ifstream& in, std::uint64_t at, std::uint64_t size, bool aifc) {
  std::array<unsigned char, 22> comm{};
  const std::streamsize needed = aifc ? 22 : 18;
  if (size < static_cast<std::uint64_t>(needed) || !read_at(in, at, comm.data(), needed)) return 0;
  if (aifc && !is(comm.data() + 18, "NONE") && !is(comm.data() + 18, "sowt") && !is(comm.data() + 18, "twos")) return 0;
  return std::uint64_t{big_short(comm.data())} * big(comm.data() + 2) * ((big_short(comm.data() + 6) + 7) / 8);
}

}  // namespace

double missing_share(const fs::path& path, std::uint64_t file_size) {
  std::ifstream in(path, std::ios::binary);
  std::array<unsigned char, 12> head{};
  if (!read_at(in, 0, head.data(), 12)) return 0;
  const bool riff = is(head.data(), "RIFF"), aifc = is(head.data() + 8, "AIFC");
  if (!riff && !is(head.data(), "FORM")) return 0;
  std::uint64_t at = 12, by_comm = 0;
  for (int chunk = 0; chunk < 1000 && at + 8 <= file_size; ++chunk) {
    if (!read_at(in, at, head.data(), 8)) return 0;
    const std::uint64_t size = riff ? little(head.data() + 4) : big(head.data() + 4);
    if (!riff && is(head.data(), "COMM")) by_comm = bytes_of_comm(in, at + 8, size, aifc);
    if (is(head.data(), riff ? "data" : "SSND")) {
      const std::uint64_t left = file_size - at - 8;
      // Programs that write to a pipe cannot go back to fill in the size; they leave 0 or about 2^31 or 2^32 there.
      const bool unknown = size == 0 || size >= 0xFFFFF000u || (size >= 0x7FFFF000u && size <= 0x7FFFFFFFu);
      const std::uint64_t present = unknown ? left : std::min(size, left);
      const std::uint64_t before = riff ? 0 : 8;  // SSND begins with an offset and a block size
      return std::max(unknown ? 0.0 : share(size, present), share(by_comm, present > before ? present - before : 0));
    }
    at += 8 + size + (size & 1);
  }
  return 0;
}

bool ends_within_a_page(const fs::path& path, std::uint64_t file_size) {
  std::ifstream in(path, std::ios::binary);
  std::array<unsigned char, 27 + 255> page{};
  std::uint64_t at = 0;
  while (at < file_size) {
    const std::uint64_t left = file_size - at;
    if (left < 27) return left >= 4 && read_at(in, at, page.data(), 4) && is(page.data(), "OggS");
    if (!read_at(in, at, page.data(), 27) || !is(page.data(), "OggS")) return false;  // something else follows: not for us to judge
    const std::uint64_t segments = page[26];
    if (left < 27 + segments) return true;
    if (!read_at(in, at + 27, page.data() + 27, static_cast<std::streamsize>(segments))) return false;
    const std::uint64_t body = std::accumulate(page.begin() + 27, page.begin() + 27 + static_cast<std::ptrdiff_t>(segments), std::uint64_t{0});
    if (left < 27 + segments + body) return true;
    at += 27 + segments + body;
  }
  return false;
}

}  // namespace luthier::audio::detail
