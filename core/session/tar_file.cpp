#include "core/session/tar_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include "core/session/text_file.h"
#include "core/session/workspace.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kMostBytes = std::int64_t{1} << 31;

struct ReadEnd {
  void operator()(archive* a) const { archive_read_free(a); }
};
struct WriteEnd {
  void operator()(archive* a) const { archive_write_free(a); }
};
struct EntryEnd {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};

std::string reason_of(archive* a) {
  const char* text = archive_error_string(a);
  return text ? text : "unknown error";
}

}  // namespace

struct TarWriter::State {
  fs::path file, part;
  std::unique_ptr<archive, WriteEnd> out{archive_write_new()};
  bool done = false;

  void check(int result) {
    if (result < ARCHIVE_WARN) throw SessionError("'" + file.string() + "' cannot be written (" + reason_of(out.get()) + "); check the disk and its free space");
  }
};

TarWriter::TarWriter(const fs::path& file) : state_(std::make_unique<State>()) {
  state_->file = file;
  state_->part = file.string() + ".part" + std::to_string(::getpid());
  state_->check(archive_write_set_format_pax_restricted(state_->out.get()));
  state_->check(archive_write_open_filename(state_->out.get(), state_->part.c_str()));
}

TarWriter::~TarWriter() {
  if (state_->done) return;
  state_->out.reset();
  std::error_code error;
  fs::remove(state_->part, error);
}

void TarWriter::add(const std::string& name, std::string_view bytes) {
  const std::unique_ptr<archive_entry, EntryEnd> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());  // the bytes as they are, whatever the locale
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  state_->check(archive_write_header(state_->out.get(), entry.get()));
  const auto written = archive_write_data(state_->out.get(), bytes.data(), bytes.size());
  if (written != static_cast<la_ssize_t>(bytes.size())) state_->check(ARCHIVE_FATAL);
}

void TarWriter::finish() {
  state_->check(archive_write_close(state_->out.get()));
  std::error_code error;
  fs::rename(state_->part, state_->file, error);
  if (error) throw SessionError("'" + state_->file.string() + "' cannot be written (" + error.message() + "); check its folder");
  state_->done = true;
}

void read_tar(const fs::path& file, const std::function<bool(const std::string&, std::int64_t)>& wanted,
              const std::function<bool(const std::string&, std::string&&)>& take) {
  const auto refuse = [&](const std::string& why) { throw SessionError("'" + file.string() + "' cannot be read as a tar file: " + why + "; pack it anew"); };
  require_ordinary_file(file);
  const std::unique_ptr<archive, ReadEnd> in(archive_read_new());
  archive_read_support_filter_all(in.get());
  archive_read_support_format_tar(in.get());
  if (archive_read_open_filename(in.get(), file.c_str(), std::size_t{1} << 18) != ARCHIVE_OK) refuse(reason_of(in.get()));
  archive_entry* entry = nullptr;
  for (int result = 0; (result = archive_read_next_header(in.get(), &entry)) != ARCHIVE_EOF;) {
    if (result < ARCHIVE_WARN) refuse(reason_of(in.get()));
    const char* text = archive_entry_pathname_utf8(entry);
    if (!text) text = archive_entry_pathname(entry);
    const std::string name = text ? text : "";
    const std::int64_t size = archive_entry_size(entry);
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) || name.empty()) continue;
    if (wanted && !wanted(name, size)) continue;
    if (size < 0 || size > kMostBytes) refuse("'" + name + "' is larger than 2 GiB");
    std::string bytes(static_cast<std::size_t>(size), '\0');
    std::size_t at = 0;
    while (at < bytes.size()) {
      const auto count = archive_read_data(in.get(), bytes.data() + at, bytes.size() - at);
      if (count < 0) refuse(reason_of(in.get()));
      if (count == 0) refuse("it is cut short");
      at += static_cast<std::size_t>(count);
    }
    if (!take(name, std::move(bytes))) return;
  }
}

}  // namespace luthier
