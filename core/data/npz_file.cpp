#include "core/data/npz_file.h"

#include <ATen/ATen.h>
#include <archive.h>
#include <archive_entry.h>

#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>

namespace luthier {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kMagic{"\x93NUMPY", 6};
constexpr std::int64_t kMostValues = std::int64_t{1} << 28;  ///< of one array: 1 GiB
constexpr std::size_t kMostArrays = 4096;

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw NpzError("'" + path.string() + "' cannot be used: " + why + "; it must be a .npz of float arrays, as numpy.savez writes it.");
}

struct ReadEnd {
  void operator()(archive* a) const { archive_read_free(a); }
};
struct WriteEnd {
  void operator()(archive* a) const { archive_write_free(a); }
};
struct EntryEnd {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};

/// The text after 'key': in the header's dictionary; empty when it is not there.
std::string entry_of(const std::string& header, const std::string& key) {
  const auto at = header.find("'" + key + "'");
  const auto colon = at == std::string::npos ? at : header.find(':', at);
  const auto start = colon == std::string::npos ? colon : header.find_first_not_of(' ', colon + 1);
  if (start == std::string::npos) return {};
  const char open = header[start], close = open == '(' ? ')' : open == '\'' ? '\'' : ',';
  const auto end = header.find(close, start + 1);
  if (end == std::string::npos) return {};
  return open == '(' || open == '\'' ? header.substr(start + 1, end - start - 1) : header.substr(start, end - start);
}

/// "2, 513" -> {2, 513}
std::vector<std::int64_t> shape_of(const fs::path& path, const std::string& text) {
  std::vector<std::int64_t> shape;
  std::int64_t values = 1;
  const char *at = text.data(), *end = text.data() + text.size();
  while (true) {
    while (at < end && (*at == ' ' || *at == ',')) ++at;
    if (at == end) return shape;
    std::int64_t size = -1;
    const auto result = std::from_chars(at, end, size);
    if (result.ec != std::errc() || size < 0 || size > kMostValues || shape.size() == 8) refuse(path, "an array's shape is (" + text + ")");
    values *= std::max<std::int64_t>(1, size);
    if (values > kMostValues) refuse(path, "an array's shape is (" + text + "), which is too large");
    shape.push_back(size);
    at = result.ptr;
  }
}

torch::Tensor array_of(const fs::path& path, const std::string& name, const std::string& bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.size() < 12 || bytes.compare(0, kMagic.size(), kMagic) != 0) refuse(path, "'" + name + "' is no array");
  const bool wide = byte(6) >= 2;
  const std::size_t length = wide ? byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24 : byte(8) | byte(9) << 8;
  const std::size_t start = wide ? 12 : 10;
  if (length > bytes.size() - start) refuse(path, "'" + name + "' is cut short");
  const std::string header = bytes.substr(start, length), kind = entry_of(header, "descr");
  if (kind != "<f4" && kind != "<f8") refuse(path, "the numbers of '" + name + "' are of the kind '" + kind + "'");
  if (entry_of(header, "fortran_order").starts_with("True")) refuse(path, "'" + name + "' is stored by columns");
  const auto shape = shape_of(path, entry_of(header, "shape"));
  std::int64_t count = 1;
  for (const auto size : shape) count *= size;
  const std::size_t each = kind == "<f4" ? 4 : 8;
  if (bytes.size() - start - length < static_cast<std::size_t>(count) * each) refuse(path, "'" + name + "' is cut short");
  auto out = at::empty(shape, each == 4 ? at::kFloat : at::kDouble);
  std::memcpy(out.data_ptr(), bytes.data() + start + length, static_cast<std::size_t>(count) * each);
  return out.to(at::kFloat);
}

std::string npy_bytes(const torch::Tensor& array) {
  const auto plain = array.to(at::kCPU, at::kFloat).contiguous();
  std::string shape;
  for (const auto size : plain.sizes()) shape += std::to_string(size) + (plain.dim() == 1 ? "," : ", ");
  if (plain.dim() > 1) shape.resize(shape.size() - 2);
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.append(63 - (kMagic.size() + 4 + header.size()) % 64, ' ');
  header += '\n';
  std::string out(kMagic);
  out += std::string("\x01\x00", 2);
  out += static_cast<char>(header.size() & 0xFF);
  out += static_cast<char>(header.size() >> 8);
  out += header;
  out.append(static_cast<const char*>(plain.const_data_ptr()), static_cast<std::size_t>(plain.numel()) * sizeof(float));
  return out;
}

void write_archive(const fs::path& path, const NpzArrays& arrays) {
  const std::unique_ptr<archive, WriteEnd> out(archive_write_new());
  const auto check = [&](int result) {
    if (result < ARCHIVE_WARN) throw NpzError("'" + path.string() + "' cannot be written (" + archive_error_string(out.get()) + ").");
  };
  check(archive_write_set_format_zip(out.get()));
  check(archive_write_set_options(out.get(), "zip:compression=store,zip:!experimental"));
  check(archive_write_open_filename(out.get(), path.c_str()));
  for (const auto& [name, array] : arrays) {
    const std::string bytes = npy_bytes(array);
    const std::unique_ptr<archive_entry, EntryEnd> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), (name + ".npy").c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), 315532800, 0);  // 1980-01-01, as numpy: equal arrays make equal files
    check(archive_write_header(out.get(), entry.get()));
    if (archive_write_data(out.get(), bytes.data(), bytes.size()) != static_cast<la_ssize_t>(bytes.size())) check(ARCHIVE_FATAL);
  }
  check(archive_write_close(out.get()));
}

std::string data_of(const fs::path& path, archive* in, const std::string& name) {
  std::string bytes;
  char block[65536];
  for (la_ssize_t got; (got = archive_read_data(in, block, sizeof block)) != 0;) {
    if (got < 0) refuse(path, "'" + name + "' cannot be unpacked");
    bytes.append(block, static_cast<std::size_t>(got));
    if (bytes.size() > static_cast<std::size_t>(kMostValues) * 8 + 65536) refuse(path, "'" + name + "' is too large");
  }
  return bytes;
}

}  // namespace

void write_npz(const fs::path& path, const NpzArrays& arrays) {
  const fs::path part = path.string() + ".part";
  std::error_code error;
  try {
    write_archive(part, arrays);
    fs::rename(part, path, error);
    if (error) throw NpzError("'" + path.string() + "' cannot be written (" + error.message() + ").");
  } catch (...) {
    fs::remove(part, error);
    throw;
  }
}

NpzArrays read_npz(const fs::path& path) {
  const std::unique_ptr<archive, ReadEnd> in(archive_read_new());
  archive_read_support_format_zip(in.get());
  if (archive_read_open_filename(in.get(), path.c_str(), 65536) != ARCHIVE_OK) {
    std::error_code error;
    if (!fs::exists(path, error)) throw NpzError("There is no file '" + path.string() + "'.");
    refuse(path, "it is no ZIP file");
  }
  NpzArrays arrays;
  archive_entry* entry = nullptr;
  int result = 0;
  while ((result = archive_read_next_header(in.get(), &entry)) == ARCHIVE_OK || result == ARCHIVE_WARN) {
    const char* text = archive_entry_pathname(entry);
    std::string name = text ? text : "";
    if (!name.ends_with(".npy")) continue;
    if (arrays.size() == kMostArrays) refuse(path, "it holds too many arrays");
    const std::string bytes = data_of(path, in.get(), name);
    name.resize(name.size() - 4);
    arrays[name] = array_of(path, name, bytes);
  }
  if (result != ARCHIVE_EOF || arrays.empty()) refuse(path, result == ARCHIVE_EOF ? "it holds no array" : "it is no whole ZIP file");
  return arrays;
}

}  // namespace luthier
