#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "db/catalog.h"

namespace luthier {

/// What a session cannot do, as one sentence for a user: what, where, what to do.
class SessionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A workspace: a folder the user owns, with luthier.sqlite, audio/, features/, runs/, transfers/ and exports/.
/// A plain value (a path that was checked); any number of programs and threads may have one workspace open.
class Workspace {
 public:
  /// Opens what is there. Throws SessionError when the folder is no workspace.
  static Workspace open(const std::filesystem::path& folder);
  /// Makes one in a new or empty folder. Throws SessionError when something else lies there or it cannot be written.
  static Workspace create(const std::filesystem::path& folder);
  static Workspace open_or_create(const std::filesystem::path& folder);
  static bool is_workspace(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  std::string name() const { return folder_.filename().string(); }
  std::filesystem::path catalog_file() const { return folder_ / "luthier.sqlite"; }
  std::filesystem::path audio() const { return folder_ / "audio"; }
  std::filesystem::path features() const { return folder_ / "features"; }
  std::filesystem::path runs() const { return folder_ / "runs"; }
  std::filesystem::path transfers() const { return folder_ / "transfers"; }
  std::filesystem::path exports() const { return folder_ / "exports"; }

  /// A new connection for the calling thread. A workspace that cannot be written, or lies on a full disk, opens read-only. Throws db::DbError.
  std::unique_ptr<db::Catalog> open_catalog() const;
  /// RecordingRow::path or ClipView::path as a path that can be opened.
  std::filesystem::path resolve(const std::string& catalog_path) const;
  /// The text to store for a file: relative with '/' when it lies in the workspace, else absolute.
  std::string catalog_path(const std::filesystem::path& file) const;
  /// A new, empty folder "<parent>/<utc>-<name>-<n>"; two programs never get the same one.
  std::filesystem::path make_unique_folder(const std::filesystem::path& parent, const std::string& name) const;
  /// Free bytes where the workspace lies.
  std::uintmax_t free_bytes() const;

 private:
  explicit Workspace(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

/// Holds runs/<id>/lock (flock) for as long as it lives, so that one run is never trained twice at once. The system lets
/// go of it when the program dies, also by kill -9.
class RunLock {
 public:
  /// Throws SessionError naming the process that has it.
  explicit RunLock(const std::filesystem::path& run_folder);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  /// True while some program trains this run.
  static bool is_held(const std::filesystem::path& run_folder);

 private:
  int descriptor_ = -1;
};

}  // namespace luthier
