#include "core/training/tensorboard_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstring>

namespace luthier {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0x82F63B78u : 0u);
    table[i] = crc;
  }
  return table;
}
constexpr auto kTable = make_table();

template <class T>
void append_raw(std::string& out, T value) {
  static_assert(std::endian::native == std::endian::little);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

// Protocol buffer wire types: a field is (number << 3 | type), then the value.
constexpr std::uint64_t kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5;

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
void append_key(std::string& out, std::uint64_t field, std::uint64_t type) { append_varint(out, field << 3 | type); }
void append_bytes(std::string& out, std::uint64_t field, std::string_view bytes) {
  append_key(out, field, kBytes);
  append_varint(out, bytes.size());
  out.append(bytes);
}

/// Event { double wall_time = 1; int64 step = 2; … }
std::string event_head(double wall_time, std::int64_t step) {
  std::string out;
  append_key(out, 1, kFixed64);
  append_raw(out, wall_time);
  append_key(out, 2, kVarint);
  append_varint(out, static_cast<std::uint64_t>(step));
  return out;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFFu];
  return crc ^ 0xFFFFFFFFu;
}

std::uint32_t masked_crc32c(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

std::string tf_record(std::string_view data) {
  std::string out;
  append_raw(out, static_cast<std::uint64_t>(data.size()));
  append_raw(out, masked_crc32c(out));
  out.append(data);
  append_raw(out, masked_crc32c(data));
  return out;
}

TensorBoardWriter::TensorBoardWriter(const std::filesystem::path& folder, double wall_time, std::int64_t first_step) {
  const auto seconds = static_cast<std::int64_t>(wall_time);
  for (int n = 0; n < 1000 && descriptor_ < 0; ++n) {
    path_ = folder / ("events.out.tfevents." + std::to_string(seconds) + ".luthier." + std::to_string(n));
    descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
  }
  good_ = descriptor_ >= 0;
  std::string version = event_head(wall_time, 0);
  append_bytes(version, 3, "brain.Event:2");  // Event.file_version
  write(version);
  if (first_step == 0) return;
  std::string session;
  append_key(session, 1, kVarint);  // SessionLog.status = START
  append_varint(session, 1);
  std::string start = event_head(wall_time, first_step);
  append_bytes(start, 7, session);  // Event.session_log
  write(start);
}

TensorBoardWriter::~TensorBoardWriter() {
  if (descriptor_ >= 0) close(descriptor_);
}

void TensorBoardWriter::scalar(const std::string& tag, std::int64_t step, double value, double wall_time) {
  std::string entry;  // Summary.Value { string tag = 1; float simple_value = 2; }
  append_bytes(entry, 1, tag);
  append_key(entry, 2, kFixed32);
  append_raw(entry, static_cast<float>(value));
  std::string summary;
  append_bytes(summary, 1, entry);
  std::string event = event_head(wall_time, step);
  append_bytes(event, 5, summary);  // Event.summary
  write(event);
}

void TensorBoardWriter::write(std::string_view event) {
  if (!good_) return;
  const std::string record = tf_record(event);
  good_ = ::write(descriptor_, record.data(), record.size()) == static_cast<ssize_t>(record.size());
}

}  // namespace luthier
