#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace luthier {

/// Writes a tar file, entry after entry. Under a temporary name until finish(); without it nothing is left. Throws SessionError
/// (full disk, read-only folder).
class TarWriter {
 public:
  explicit TarWriter(const std::filesystem::path& file);
  ~TarWriter();
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;
  void add(const std::string& name, std::string_view bytes);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Calls `take(name, bytes)` for every ordinary file in a tar file, plain or compressed, in its order; folders and links are
/// passed over. `wanted(name, size)` says which are read at all; it may be empty. False from `take` ends the reading. Throws
/// SessionError for what is no tar file, is cut short, or holds a file of more than 2 GiB.
void read_tar(const std::filesystem::path& file, const std::function<bool(const std::string& name, std::int64_t size)>& wanted,
              const std::function<bool(const std::string& name, std::string&& bytes)>& take);

}  // namespace luthier
