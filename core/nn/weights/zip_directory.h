#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "core/nn/weights/byte_reader.h"

namespace luthier {

/// Where a stored (uncompressed) entry of a ZIP file lies.
struct ZipEntry {
  std::uint64_t offset = 0, length = 0;
};

/// Reads the table of contents of a ZIP file (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16; ZIP64 sections 4.3.14, 4.3.15
/// and 4.5.3), as torch.save writes it: stored entries only. Offsets and lengths are checked against the file; checksums are
/// not read. Throws WeightFileError.
std::map<std::string, ZipEntry> read_zip_directory(ByteReader& reader);

}  // namespace luthier
