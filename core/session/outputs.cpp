#include "core/session/outputs.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "audio/analysis/mel_filterbank.h"
#include "core/session/workspace.h"
#include "core/signal/representation.h"

namespace luthier {

namespace fs = std::filesystem;

namespace {

/// Empty when a new file in the folder can take 64 KiB; else why not. The folder itself says more than its permissions.
std::string why_not_written(const fs::path& folder) {
  const fs::path probe = folder / (".luthier-" + std::to_string(::getpid()));
  const int descriptor = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return std::strerror(errno);
  const std::vector<char> block(std::size_t{1} << 16);
  const auto written = ::write(descriptor, block.data(), block.size());
  const bool good = written == static_cast<ssize_t>(block.size());
  const int kept = written < 0 ? errno : ENOSPC;  // a part went in: that was the last room
  ::close(descriptor);
  ::unlink(probe.c_str());
  return good ? std::string() : std::strerror(kept);
}

}  // namespace

void refuse_existing(const fs::path& file) {
  std::error_code error;
  if (!file.empty() && fs::exists(file, error))
    throw ConfigError("'" + file.string() + "' is there already and is never overwritten; choose another name or move it away.");
}

void require_writable(const fs::path& file) {
  if (file.empty()) return;
  const auto refuse = [&](const std::string& why) { throw SessionError("'" + file.string() + "' cannot be written (" + why + "); choose another place, or free some space there"); };
  std::error_code error;
  const auto status = fs::status(file, error);
  if (fs::is_directory(status)) refuse("it is a folder");
  if (fs::exists(status) && !fs::is_regular_file(status)) refuse("it is no ordinary file");
  if (status.type() == fs::file_type::none) refuse(error.message());
  fs::path folder = fs::absolute(file).lexically_normal().parent_path();
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  if (!fs::is_directory(folder, error)) refuse("'" + folder.string() + "' is a file");
  if (const std::string why = why_not_written(folder); !why.empty()) refuse(why);
}

std::string why_read_only(const Workspace& workspace) {
  constexpr std::uintmax_t kLeast = 256 * 1024;
  const std::string where = "the workspace '" + workspace.folder().string() + "' ";
  if (workspace.free_bytes() < kLeast && ::access(workspace.folder().c_str(), W_OK) == 0)
    return "the disk is full, so " + where + "cannot be written; free some space ('luthierctl disk' shows what it takes) and do it again";
  return where + "is read-only; change its permissions first, or work in a copy of it";
}

void make_parent(const fs::path& file) {
  if (!file.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) throw SessionError("the folder '" + file.parent_path().string() + "' cannot be made (" + error.message() + "); check permissions");
}

nlohmann::ordered_json json_of(const Config& config) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (const auto& [name, value] : config) out[name] = std::visit([](const auto& v) { return nlohmann::ordered_json(v); }, value);
  return out;
}

std::vector<double> mel_bin_hz(const RepresentationSpec& spec) {
  const audio::MelFilterbank bank({.sample_rate = spec.sample_rate, .n_fft = spec.n_fft, .bands = spec.bands});
  std::vector<double> out;
  for (int band = 0; band < spec.bands; ++band) out.push_back(bank.center_hz(band));
  return out;
}

}  // namespace luthier
