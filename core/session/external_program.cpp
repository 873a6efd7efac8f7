#include "core/session/external_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

class SpawnSetup {
 public:
  explicit SpawnSetup(int error_end) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, error_end, 2);
    posix_spawnattr_init(&attributes_);
    // A group of its own: Ctrl+C reaches it through the stop token only, and its children end with it.
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t all;
    sigemptyset(&all);
    for (const int number : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&all, number);
    posix_spawnattr_setsigdefault(&attributes_, &all);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  const posix_spawn_file_actions_t* files() const { return &files_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

/// Reads until the other end is closed; kills the group when stopped.
std::string read_messages(int descriptor, pid_t process, const std::stop_token& stop) {
  std::string text;
  std::array<char, 4096> piece{};
  bool killed = false;
  for (;;) {
    if (!killed && stop.stop_requested()) killed = ::kill(-process, SIGKILL) == 0;
    pollfd waiting{descriptor, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, 100);
    if (ready < 0 && errno != EINTR) break;
    if (ready <= 0) continue;
    const auto count = ::read(descriptor, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() > 8000) text.erase(0, text.size() - 4000);
  }
  return text.size() > 4000 ? text.substr(text.size() - 4000) : text;
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

fs::path find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path file = fs::path(folder.empty() ? "." : folder) / name;
    std::error_code error;
    if (fs::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

ProgramResult run_program(const fs::path& program, const std::vector<std::string>& arguments, const std::stop_token& stop) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw SessionError("the system gave no pipe; too many files are open");
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const SpawnSetup setup(ends[1]);
  pid_t process = 0;
  const int problem = ::posix_spawn(&process, program.c_str(), setup.files(), setup.attributes(), pointers.data(), environ);
  ::close(ends[1]);
  if (problem != 0) {
    ::close(ends[0]);
    throw SessionError("'" + program.string() + "' cannot be started (" + std::strerror(problem) + ")");
  }
  ProgramResult result;
  result.messages = read_messages(ends[0], process, stop);
  ::close(ends[0]);
  result.code = wait_for(process);
  return result;
}

}  // namespace luthier
