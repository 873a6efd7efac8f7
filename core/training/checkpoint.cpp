#include "core/training/checkpoint.h"

#include <fcntl.h>
#include <torch/torch.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/training/checkpoint_record.h"

namespace luthier {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uint64_t kHeaderLimit = 64ull << 20;

struct Kind {
  const char* name;
  torch::ScalarType type;
};
constexpr Kind kKinds[] = {{"F64", torch::kDouble}, {"F32", torch::kFloat}, {"F16", torch::kHalf}, {"BF16", torch::kBFloat16},
                           {"I64", torch::kLong},   {"I32", torch::kInt},   {"I16", torch::kShort}, {"I8", torch::kChar},
                           {"U8", torch::kByte},    {"BOOL", torch::kBool}};

const char* kind_name(torch::ScalarType type) {
  for (const auto& kind : kKinds)
    if (kind.type == type) return kind.name;
  throw CheckpointError("A tensor of this number type cannot be stored in safetensors.");
}

/// A file that is gone unless commit() was reached.
class AtomicFile {
 public:
  explicit AtomicFile(fs::path target) : target_(std::move(target)), temporary_(target_.string() + ".part" + std::to_string(::getpid())) {
    descriptor_ = ::open(temporary_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
    if (descriptor_ < 0) fail("written");
  }
  ~AtomicFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!committed_) ::unlink(temporary_.c_str());
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void write(const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
      const auto written = ::write(descriptor_, at, size);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail("written");
      at += written;
      size -= static_cast<std::size_t>(written);
    }
  }
  void commit() {
    if (::fsync(descriptor_) != 0 || ::rename(temporary_.c_str(), target_.c_str()) != 0) fail("kept");
    committed_ = true;
    const int folder = ::open(target_.parent_path().empty() ? "." : target_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
      ::fsync(folder);
      ::close(folder);
    }
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw CheckpointError("The checkpoint '" + target_.string() + "' could not be " + what + " (" + std::strerror(errno) +
                          "); free some space or choose a folder that can be written.");
  }
  fs::path target_, temporary_;
  int descriptor_ = -1;
  bool committed_ = false;
};

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw CheckpointError("The weight file '" + path.string() + "' cannot be used: " + why +
                        "; take another checkpoint of the run or copy the file again.");
}

torch::Tensor read_tensor(const fs::path& path, const std::string& name, const json& entry, const std::vector<char>& data) {
  const auto wrong = [&](const std::string& why) { refuse(path, "tensor '" + name + "' " + why); };
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets")) wrong("is not described");
  const Kind* kind = nullptr;
  for (const auto& candidate : kKinds)
    if (entry["dtype"] == candidate.name) kind = &candidate;
  if (!kind) wrong("has an unknown number type");
  std::vector<std::int64_t> shape;
  std::uint64_t count = 1;
  for (const auto& size : entry["shape"]) {
    if (!size.is_number_unsigned()) wrong("has a shape that is no list of sizes");
    const auto value = size.get<std::uint64_t>();
    // A number takes a byte at least, so no size can pass the file's; this also keeps the product from wrapping around.
    if (value > data.size() || (value != 0 && count > data.size() / value)) wrong("is larger than the file");
    count *= value;
    shape.push_back(static_cast<std::int64_t>(value));
  }
  const auto& offsets = entry["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned()) wrong("has no place");
  const auto begin = offsets[0].get<std::uint64_t>(), end = offsets[1].get<std::uint64_t>();
  if (begin > end || end > data.size()) wrong("lies outside the file (the file is cut short)");
  if (end - begin != count * torch::elementSize(kind->type)) wrong("has another size than its shape says");
  auto tensor = torch::empty(shape, torch::TensorOptions().dtype(kind->type));
  if (end > begin) std::memcpy(tensor.data_ptr(), data.data() + begin, end - begin);
  return tensor;
}

/// What stands before the tensors.
json read_header(const fs::path& path, std::ifstream& file, std::uint64_t size) {
  std::uint64_t length = 0;
  file.read(reinterpret_cast<char*>(&length), sizeof length);
  if (length > kHeaderLimit || length > size - 8) refuse(path, "its header is cut short or it is no safetensors file");
  std::string text(length, '\0');
  file.read(text.data(), static_cast<std::streamsize>(length));
  json header = json::parse(text, nullptr, false);
  if (!file || !header.is_object()) refuse(path, "its header is damaged or it is no safetensors file");
  return header;
}

std::pair<std::ifstream, std::uint64_t> open_to_read(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) refuse(path, "it is no ordinary file");  // opening a pipe would wait
  std::ifstream file(path, std::ios::binary);
  if (!file) throw CheckpointError("The weight file '" + path.string() + "' cannot be opened; check the path and its permissions.");
  const auto size = fs::file_size(path, error);
  if (error || size < 10) refuse(path, "it is empty or cut short");
  return {std::move(file), size};
}

std::map<std::string, std::string> record_in(const fs::path& path, const json& header) {
  std::map<std::string, std::string> record;
  const auto entry = header.find("__metadata__");
  if (entry == header.end()) return record;
  if (!entry->is_object()) refuse(path, "its record is damaged");
  for (const auto& [key, value] : entry->items())
    if (value.is_string()) record[key] = value.get<std::string>();
  return record;
}

}  // namespace

const std::string& Checkpoint::at(const std::string& key) const {
  auto found = record.find(key);
  if (found == record.end()) throw CheckpointError("The weight file has no '" + key + "' in its record; it was not written by Luthier.");
  return found->second;
}

std::string Checkpoint::weights_prefix(const std::string& module) const {
  const std::string averaged = "ema." + module + ".";
  const auto first = tensors.lower_bound(averaged);
  return first != tensors.end() && first->first.starts_with(averaged) ? averaged : "model." + module + ".";
}

void save_checkpoint(const fs::path& path, const Checkpoint& checkpoint) {
  json header = json::object();
  header["__metadata__"] = checkpoint.record;
  std::uint64_t offset = 0;
  std::vector<torch::Tensor> ordered;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    auto flat = tensor.detach().to(torch::kCPU).contiguous();
    const std::uint64_t size = flat.nbytes();
    header[name] = {{"dtype", kind_name(flat.scalar_type())}, {"shape", flat.sizes().vec()}, {"data_offsets", {offset, offset + size}}};
    offset += size;
    ordered.push_back(flat);
  }
  std::string text = header.dump(-1, ' ', false, json::error_handler_t::replace);
  text.append((8 - text.size() % 8) % 8, ' ');
  AtomicFile file(path);
  const std::uint64_t length = text.size();
  file.write(&length, sizeof length);
  file.write(text.data(), text.size());
  for (const auto& tensor : ordered) file.write(tensor.data_ptr(), tensor.nbytes());
  file.commit();
}

std::map<std::string, std::string> load_checkpoint_record(const fs::path& path) {
  auto [file, size] = open_to_read(path);
  return record_in(path, read_header(path, file, size));
}

Checkpoint load_checkpoint(const fs::path& path) {
  auto [file, size] = open_to_read(path);
  const json header = read_header(path, file, size);
  std::vector<char> data(size - static_cast<std::uint64_t>(file.tellg()));
  file.read(data.data(), static_cast<std::streamsize>(data.size()));
  if (!file && !data.empty()) refuse(path, "it is cut short");
  Checkpoint checkpoint;
  checkpoint.record = record_in(path, header);
  for (const auto& [name, entry] : header.items())
    if (name != "__metadata__") checkpoint.tensors[name] = read_tensor(path, name, entry, data);
  return checkpoint;
}

}  // namespace luthier
