#include "core/session/workspace.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace luthier {
namespace {

namespace fs = std::filesystem;

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw SessionError("the folder " + quoted(folder) + " cannot be made (" + error.message() + "); choose another place for the workspace");
}

std::array<fs::path, 5> parts_of(const Workspace& workspace) {
  return {workspace.audio(), workspace.features(), workspace.runs(), workspace.transfers(), workspace.exports()};
}

/// What a full disk left of a new workspace. Only what is empty goes: another program may be making the same one.
void remove_beginnings(const Workspace& workspace, bool keep_folder) {
  std::error_code ignored;
  for (const fs::path& part : parts_of(workspace)) fs::remove(part, ignored);
  for (const char* beside : {"-journal", "-wal", "-shm"}) {
    const fs::path file = workspace.catalog_file().string() + beside;
    if (fs::file_size(file, ignored) == 0 && !ignored) fs::remove(file, ignored);
  }
  if (fs::file_size(workspace.catalog_file(), ignored) == 0 && !ignored) fs::remove(workspace.catalog_file(), ignored);
  if (!keep_folder) fs::remove(workspace.folder(), ignored);
}

/// Nothing, or what another program that makes the same workspace has made so far.
bool holds_nothing_else(const Workspace& workspace) {
  std::error_code error;
  const auto folders = parts_of(workspace);
  for (const auto& entry : fs::directory_iterator(workspace.folder(), error)) {
    const bool part = std::find(folders.begin(), folders.end(), entry.path()) != folders.end() && fs::is_empty(entry.path(), error);
    if (!part && !(Workspace::is_workspace(workspace.folder()) && entry.path().filename().string().starts_with("luthier.sqlite"))) return false;
  }
  if (error) throw SessionError("the folder " + quoted(workspace.folder()) + " cannot be read (" + error.message() + "); check its permissions");
  return true;
}

bool holds_journal(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / "luthier.sqlite-journal", error) || fs::exists(folder / "luthier.sqlite-wal", error);
}

fs::path clean_path(const fs::path& folder) {
  fs::path path = fs::absolute(folder).lexically_normal();
  return path.has_filename() ? path : path.parent_path();  // "dir/" -> "dir"
}

fs::path lock_file(const fs::path& run_folder) { return run_folder / "lock"; }

}  // namespace

bool Workspace::is_workspace(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "luthier.sqlite", error);
}

Workspace Workspace::open(const fs::path& folder) {
  std::error_code error;
  const fs::path path = clean_path(folder);
  if (!fs::exists(path, error))
    throw SessionError("there is no workspace " + quoted(path) + "; name another with --workspace, or make one by importing sounds into it");
  if (!fs::is_directory(path, error)) throw SessionError(quoted(path) + " is a file, not a workspace folder; choose a folder");
  if (!is_workspace(path))
    throw SessionError("the folder " + quoted(path) + " is no Luthier workspace: it holds no luthier.sqlite; choose another or make one there if it is empty");
  const Workspace workspace(path);
  // An empty file would become a new, empty catalog; what was in the old one could then no longer be told from nothing.
  // While another program makes the workspace, the journal lies beside it.
  const auto empty = [&] { return fs::file_size(workspace.catalog_file(), error) == 0 && !error && !holds_journal(path); };
  for (int tenths = 0; tenths < 5 && empty(); ++tenths) ::usleep(100'000);
  if (empty())
    throw SessionError("the catalog " + quoted(workspace.catalog_file()) + " is empty (0 bytes); restore a copy of it, or remove the file to begin anew");
  return workspace;
}

Workspace Workspace::create(const fs::path& folder) {
  std::error_code error;
  const fs::path path = clean_path(folder);
  const Workspace workspace(path);
  const bool was_there = fs::exists(path, error);
  if (was_there) {
    if (!fs::is_directory(path, error)) throw SessionError(quoted(path) + " is a file; choose a folder for the workspace");
    if (is_workspace(path)) throw SessionError(quoted(path) + " is a workspace already; open it instead");
    if (!holds_nothing_else(workspace)) throw SessionError("the folder " + quoted(path) + " holds other files; choose a new or an empty folder for the workspace");
  }
  make_folder(path);
  try {
    for (const fs::path& part : parts_of(workspace)) make_folder(part);
    db::Catalog catalog(workspace.catalog_file());
  } catch (...) {
    remove_beginnings(workspace, was_there);
    throw;
  }
  return workspace;
}

Workspace Workspace::open_or_create(const fs::path& folder) {
  if (is_workspace(folder)) return open(folder);
  try {
    return create(folder);
  } catch (const SessionError&) {
    if (!is_workspace(folder)) throw;
    return open(folder);  // another program has made it in between
  }
}

std::unique_ptr<db::Catalog> Workspace::open_catalog() const {
  const bool writable = ::access(catalog_file().c_str(), W_OK) == 0 && ::access(folder_.c_str(), W_OK) == 0;
  if (!writable) return std::make_unique<db::Catalog>(catalog_file(), db::Catalog::Mode::read_only);
  try {
    return std::make_unique<db::Catalog>(catalog_file());
  } catch (const db::DbError&) {
    // A full disk has no place for the files beside the catalog; it can still be read, which helps to free some.
    constexpr std::uintmax_t kLeast = 256 * 1024;
    std::error_code error;
    if (const auto space = fs::space(folder_, error); error || space.available >= kLeast) throw;
    return std::make_unique<db::Catalog>(catalog_file(), db::Catalog::Mode::read_only);
  }
}

fs::path Workspace::resolve(const std::string& catalog_path) const {
  const fs::path path(catalog_path);
  return path.is_absolute() ? path : folder_ / path;
}

std::string Workspace::catalog_path(const fs::path& file) const {
  const fs::path path = fs::absolute(file).lexically_normal();
  const fs::path inside = path.lexically_relative(folder_);
  return inside.empty() || *inside.begin() == ".." ? path.generic_string() : inside.generic_string();
}

fs::path Workspace::make_unique_folder(const fs::path& parent, const std::string& name) const {
  make_folder(parent);
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> stamp{};
  std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &parts);
  for (int n = 1; n < 100'000; ++n) {
    const fs::path path = parent / (std::string(stamp.data()) + "-" + name + "-" + std::to_string(n));
    std::error_code error;
    if (fs::create_directory(path, error)) return path;
    if (error) throw SessionError("the folder " + quoted(path) + " cannot be made (" + error.message() + "); check permissions and free space");
  }
  throw SessionError("no free name is left in " + quoted(parent) + "; remove old folders there");
}

std::uintmax_t Workspace::free_bytes() const {
  std::error_code error;
  const auto space = fs::space(folder_, error);
  return error ? 0 : space.available;
}

RunLock::RunLock(const fs::path& run_folder) {
  const fs::path file = lock_file(run_folder);
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0)
    throw SessionError("the run's lock " + quoted(file) + " cannot be made (" + std::strerror(errno) + "); check permissions and free space");
  // is_held() holds the lock for a moment while it looks: not to be taken for another program.
  bool got = false;
  for (int attempt = 0; attempt < 4 && !got; ++attempt) {
    if (attempt > 0) ::usleep(10'000);
    got = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
  }
  if (!got) {
    std::array<char, 32> owner{};
    const auto count = ::pread(descriptor_, owner.data(), owner.size() - 1, 0);
    ::close(descriptor_);
    throw SessionError("the run " + quoted(run_folder.filename()) + " is being trained by another program" +
                       (count > 0 ? " (process " + std::string(owner.data()) + ")" : std::string()) + "; watch it, or stop it first");
  }
  const std::string own = std::to_string(::getpid());
  // The number is for people only; the lock holds without it.
  [[maybe_unused]] const bool written = ::ftruncate(descriptor_, 0) == 0 && ::pwrite(descriptor_, own.data(), own.size(), 0) > 0;
}

RunLock::~RunLock() { ::close(descriptor_); }

bool RunLock::is_held(const fs::path& run_folder) {
  const int descriptor = ::open(lock_file(run_folder).c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return held;
}

}  // namespace luthier
