#include "core/nn/weights/zip_directory.h"

#include <algorithm>
#include <string>

namespace luthier {
namespace {

constexpr std::uint32_t kEnd = 0x06054b50, kEnd64Locator = 0x07064b50, kEnd64 = 0x06064b50, kCentral = 0x02014b50, kLocal = 0x04034b50;
constexpr std::uint64_t kEndLength = 22;
constexpr std::uint32_t kSee64 = 0xffffffffu;  ///< "the value stands in the ZIP64 field"

struct Directory {
  std::uint64_t entries = 0, offset = 0;
};

std::uint64_t find_end(ByteReader& reader) {
  const std::uint64_t size = reader.size();
  if (size < kEndLength) reader.refuse("it is too short for a ZIP file.");
  const std::uint64_t tail = std::min<std::uint64_t>(size, kEndLength + 65535);
  reader.seek(size - tail);
  const std::string bytes = reader.text(tail);
  const auto at = bytes.rfind(std::string("PK\x05\x06", 4), bytes.size() - kEndLength);
  if (at == std::string::npos) reader.refuse("the end of the ZIP file is missing; it is cut short, fetch it again.");
  return size - tail + at;
}

Directory read_end(ByteReader& reader) {
  const std::uint64_t end = find_end(reader);
  reader.seek(end + 10);
  Directory directory;
  directory.entries = reader.u16();
  reader.u32();
  directory.offset = reader.u32();
  if (directory.entries != 0xffff && directory.offset != kSee64) return directory;
  if (end < 20) reader.refuse("its table of contents is damaged.");
  reader.seek(end - 20);
  if (reader.u32() != kEnd64Locator) return directory;
  reader.u32();
  reader.seek(reader.u64());
  if (reader.u32() != kEnd64) reader.refuse("its table of contents is damaged.");
  reader.seek(reader.position() + 28);
  directory.entries = reader.u64();
  reader.u64();
  directory.offset = reader.u64();
  return directory;
}

/// ZIP64 extra field: those of length, packed length, offset that were 0xffffffff, in this order.
void read_extra(ByteReader& reader, std::uint64_t end, std::uint64_t& length, std::uint64_t& packed, std::uint64_t& offset) {
  while (reader.position() + 4 <= end) {
    const auto id = reader.u16();
    const std::uint64_t next = reader.u16() + reader.position();
    if (next > end) reader.refuse("its table of contents is damaged.");
    if (id == 1)
      for (auto* value : {&length, &packed, &offset})
        if (*value == kSee64 && reader.position() + 8 <= next) *value = reader.u64();
    reader.seek(next);
  }
  reader.seek(end);
}

/// The data begins behind the local header, whose extra field differs from the central one (torch pads with it).
std::uint64_t data_offset(ByteReader& reader, std::uint64_t local) {
  const auto back = reader.position();
  reader.seek(local);
  if (reader.u32() != kLocal) reader.refuse("an entry of the ZIP file is damaged.");
  reader.seek(local + 26);
  const std::uint64_t name = reader.u16(), extra = reader.u16();
  reader.seek(back);
  return local + 30 + name + extra;
}

}  // namespace

std::map<std::string, ZipEntry> read_zip_directory(ByteReader& reader) {
  reader.window(0, reader.size());
  const Directory directory = read_end(reader);
  reader.seek(directory.offset);
  std::map<std::string, ZipEntry> entries;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (reader.u32() != kCentral) reader.refuse("its table of contents is damaged.");
    reader.seek(reader.position() + 4);
    const auto flags = reader.u16(), method = reader.u16();
    reader.seek(reader.position() + 8);
    std::uint64_t packed = reader.u32(), length = reader.u32();
    const auto name_length = reader.u16(), extra_length = reader.u16(), comment_length = reader.u16();
    reader.seek(reader.position() + 8);
    std::uint64_t offset = reader.u32();
    const std::string name = reader.text(name_length);
    read_extra(reader, reader.position() + extra_length, length, packed, offset);
    reader.seek(reader.position() + comment_length);
    if (flags & 1) reader.refuse("it is encrypted.");
    if (method != 0 || packed != length) reader.refuse("its entry '" + name + "' is compressed; weights are saved uncompressed by torch.save.");
    const ZipEntry entry{data_offset(reader, offset), length};
    if (entry.offset > reader.size() || length > reader.size() - entry.offset) reader.refuse("it is cut short; fetch it again.");
    entries[name] = entry;
  }
  return entries;
}

}  // namespace luthier
