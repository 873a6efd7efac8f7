#include "core/session/sound_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <set>

#include "audio/reader.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

void search(const fs::path& folder, SoundFiles& found, const std::stop_token& stop) {
  std::error_code error;
  std::vector<fs::path> entries, folders;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (is_hidden(it->path()) || stop.stop_requested()) continue;
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      if (!it->is_symlink(ignored)) folders.push_back(it->path());
    } else if (audio::has_audio_extension(it->path())) {
      entries.push_back(it->path());
    }
  }
  if (error) found.unreadable.push_back("the folder '" + folder.string() + "' cannot be read (" + error.message() + ")");
  std::sort(entries.begin(), entries.end());
  std::sort(folders.begin(), folders.end());
  found.files.insert(found.files.end(), entries.begin(), entries.end());
  for (const fs::path& next : folders) search(next, found, stop);
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  int close() {
    const int number = number_;
    number_ = -1;
    return number < 0 ? 0 : ::close(number);
  }

 private:
  int number_;
};

[[noreturn]] void fail(const fs::path& target, int code) {
  if (code == ENOSPC || code == EDQUOT)
    throw SessionError("the disk is full: '" + target.string() + "' was not written; free some space and do it again");
  if (code == EROFS || code == EACCES || code == EPERM)
    throw SessionError("'" + target.string() + "' cannot be written: the folder is read-only; change its permissions or choose another");
  throw SessionError("'" + target.string() + "' cannot be written (" + std::strerror(code) + "); check the disk and its free space");
}

/// Fills a temporary file by `fill` and gives it the name `target` when all is on disk.
void replace_by(const fs::path& target, bool sync, const std::function<void(int, const fs::path&)>& fill) {
  std::error_code error;
  const bool made_folder = fs::create_directories(target.parent_path(), error);
  const fs::path part = target.string() + ".part" + std::to_string(::getpid());
  try {
    Descriptor out(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (out.get() < 0) fail(target, errno);
    fill(out.get(), target);
    if ((sync && ::fsync(out.get()) != 0) || out.close() != 0) fail(target, errno);
    if (::rename(part.c_str(), target.c_str()) != 0) fail(target, errno);
  } catch (...) {
    fs::remove(part, error);
    if (made_folder) fs::remove(target.parent_path(), error);  // stays where another program has put something in
    throw;
  }
}

void write_all(int descriptor, const char* data, std::size_t size, const fs::path& target) {
  while (size > 0) {
    const auto count = ::write(descriptor, data, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(target, errno);
    data += count;
    size -= static_cast<std::size_t>(count);
  }
}

}  // namespace

SoundFiles find_sound_files(const std::vector<fs::path>& paths, std::stop_token stop) {
  SoundFiles found;
  for (const fs::path& given : paths) {
    std::error_code error;
    const fs::path path = fs::absolute(given).lexically_normal();
    if (!fs::exists(path, error)) throw SessionError("'" + given.string() + "' does not exist; check the path");
    if (fs::is_directory(path, error)) search(path, found, stop);
    else found.files.push_back(path);
  }
  std::set<fs::path> seen;
  std::erase_if(found.files, [&](const fs::path& file) { return !seen.insert(file).second; });
  if (found.files.empty() && !stop.stop_requested()) {
    if (!found.unreadable.empty()) throw SessionError(found.unreadable.front() + "; check its permissions");
    throw SessionError("there is no sound file in '" + paths.front().string() + "'; WAV, FLAC, OGG, Opus, MP3 and AIFF are read");
  }
  return found;
}

std::string safe_file_name(const std::string& text) {
  std::string name;
  for (const char c : text) name += static_cast<unsigned char>(c) < 32 || std::strchr("/\\:*?\"<>|", c) ? '_' : c;
  while (!name.empty() && (name.back() == ' ' || name.back() == '.')) name.pop_back();
  if (name.size() > 150) {
    name.resize(150);
    while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0x80)) name.pop_back();  // no half character
  }
  return name.empty() ? "_" : name;
}

void copy_whole(const fs::path& source, const fs::path& target) {
  const Descriptor in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) throw SessionError("'" + source.string() + "' cannot be read (" + std::strerror(errno) + ")");
  replace_by(target, false, [&](int out, const fs::path& name) {
    const auto size = std::size_t{1} << 18;
    const auto piece = std::make_unique<char[]>(size);
    for (;;) {
      const auto count = ::read(in.get(), piece.get(), size);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw SessionError("'" + source.string() + "' cannot be read to its end (" + std::strerror(errno) + ")");
      if (count == 0) return;
      write_all(out, piece.get(), static_cast<std::size_t>(count), name);
    }
  });
}

void write_whole(const fs::path& target, const std::string& text) {
  replace_by(target, true, [&](int out, const fs::path& name) { write_all(out, text.data(), text.size(), name); });
}

}  // namespace luthier
