#include "core/session/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

bool write_whole(const fs::path& path, std::string_view text, bool synced) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return false;
  bool good = true;
  while (good && !text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    good = written > 0;
    if (good) text.remove_prefix(static_cast<std::size_t>(written));
  }
  good = good && (!synced || ::fsync(file) == 0);
  const int kept = errno;
  ::close(file);
  errno = kept;
  return good;
}

}  // namespace

void write_text(const fs::path& path, std::string_view text, bool synced) {
  const fs::path temporary = path.string() + ".part-" + std::to_string(::getpid());
  if (write_whole(temporary, text, synced) && ::rename(temporary.c_str(), path.c_str()) == 0) return;
  const std::string reason = std::strerror(errno);
  std::error_code ignored;
  fs::remove(temporary, ignored);
  throw SessionError("the file '" + path.string() + "' cannot be written (" + reason + "); check free space and permissions");
}

void require_ordinary_file(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (fs::is_directory(status)) throw SessionError("'" + path.string() + "' is a folder; name a file");
  if (fs::exists(status) && !fs::is_regular_file(status)) throw SessionError("'" + path.string() + "' is no ordinary file; copy what it holds into one");
}

std::string read_text(const fs::path& path) {
  require_ordinary_file(path);  // opening a pipe would wait
  std::error_code error;
  const auto size = fs::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) throw SessionError("the file '" + path.string() + "' cannot be read; check that it is there and may be read");
  if (size > (std::uintmax_t{1} << 30)) throw SessionError("the file '" + path.string() + "' is too large for what it should hold");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace luthier
