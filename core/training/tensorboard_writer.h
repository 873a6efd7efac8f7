#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace luthier {

/// CRC-32C (Castagnoli) of RFC 3720, as TFRecord files use it.
std::uint32_t crc32c(std::string_view bytes);
/// ((crc >> 15) | (crc << 17)) + 0xa282ead8: TFRecord's masking.
std::uint32_t masked_crc32c(std::string_view bytes);
/// One TFRecord: u64 length, masked crc of it, data, masked crc of it; little-endian.
std::string tf_record(std::string_view data);

/// Scalars for TensorBoard: an events.out.tfevents.* file, each record written and handed to the system at once, so that a
/// killed run leaves whole records. The protobuf messages (Event, Summary.Value, SessionLog of tensorflow/core) are few
/// enough to be written by hand. Failing writes are kept silent: the run goes on, good() says so. One thread.
class TensorBoardWriter {
 public:
  /// Makes a new file in `folder`. `first_step` > 0: a run goes on; viewers then drop what older files say from that
  /// step on. `wall_time` in seconds since 1970 names the file.
  TensorBoardWriter(const std::filesystem::path& folder, double wall_time, std::int64_t first_step = 0);
  ~TensorBoardWriter();
  TensorBoardWriter(const TensorBoardWriter&) = delete;
  TensorBoardWriter& operator=(const TensorBoardWriter&) = delete;

  void scalar(const std::string& tag, std::int64_t step, double value, double wall_time);
  const std::filesystem::path& file() const { return path_; }
  bool good() const { return good_; }

 private:
  void write(std::string_view event);
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool good_ = true;
};

}  // namespace luthier
