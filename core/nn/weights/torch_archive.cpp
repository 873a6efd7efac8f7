#include "core/nn/weights/torch_archive.h"

#include <torch/torch.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <sstream>
#include <vector>

#include "core/nn/weights/unpickler.h"
#include "core/nn/weights/zip_directory.h"

namespace luthier {
namespace {

using Kind = PickledObject::Kind;

constexpr unsigned char kLegacyMagic[] = {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
constexpr int kDeepest = 16;
constexpr std::size_t kMostTensors = 100000;
constexpr std::int64_t kLargestSide = std::int64_t{1} << 31;  ///< so that two of them can be multiplied

torch::ScalarType scalar_type(ElementKind kind) {
  switch (kind) {
    case ElementKind::float64: return torch::kDouble;
    case ElementKind::float32: return torch::kFloat;
    case ElementKind::float16: return torch::kHalf;
    case ElementKind::bfloat16: return torch::kBFloat16;
    case ElementKind::int64: return torch::kLong;
    case ElementKind::int32: return torch::kInt;
    case ElementKind::int16: return torch::kShort;
    case ElementKind::int8: return torch::kChar;
    case ElementKind::uint8: return torch::kByte;
    case ElementKind::boolean: return torch::kBool;
  }
  return torch::kFloat;
}

/// [count] elements at the reader's position.
torch::Tensor read_elements(ByteReader& reader, ElementKind kind, std::uint64_t count) {
  if (count > reader.remaining() / element_size(kind)) reader.refuse("it is cut short; fetch it again.");
  const auto type = kind == ElementKind::boolean ? torch::kByte : scalar_type(kind);
  auto tensor = torch::empty({static_cast<std::int64_t>(count)}, type);
  reader.read(tensor.data_ptr(), count * element_size(kind));
  return kind == ElementKind::boolean ? tensor.ne(0) : tensor;  // a byte that is neither 0 nor 1 is no bool
}

/// True where sizes and strides stay inside `count` elements from `offset` on, and name no more elements than there are.
bool fits(const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& strides, std::int64_t offset, std::int64_t count) {
  if (offset < 0 || offset > count) return false;
  std::int64_t elements = 1, last = offset;
  bool none = false;
  for (const auto size : sizes) {  // also where there is no element: torch multiplies the sizes
    none = none || size == 0;
    if (size > kLargestSide) return false;
    elements *= std::max<std::int64_t>(1, size);
    if (elements > kLargestSide) return false;
  }
  if (none) return true;
  elements = 1;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (elements > count / sizes[i]) return false;
    elements *= sizes[i];
    if (sizes[i] > 1 && strides[i] > count / (sizes[i] - 1)) return false;
    last += (sizes[i] - 1) * strides[i];
    if (last >= count) return false;
  }
  return last < count;
}

/// Turns a pickle's objects into named tensors once the storages are known.
class Collector {
 public:
  Collector(const ByteReader& reader, const Pickle& pickle, const std::map<std::string, torch::Tensor>& storages)
      : reader_(reader), pickle_(pickle), storages_(storages) {}
  TensorMap run() {
    if (pickle_.objects[pickle_.root].kind != Kind::dict && pickle_.objects[pickle_.root].kind != Kind::tensor)
      reader_.refuse("it holds no dictionary of tensors.");
    visit(pickle_.root, "", 0);
    if (found_.empty()) reader_.refuse("there is no tensor in it.");
    return std::move(found_);
  }

 private:
  void visit(std::size_t index, const std::string& name, int depth) {
    if (depth > kDeepest || ++visited_ > kMostTensors * 4) reader_.refuse("it is nested too deeply.");
    const auto& object = pickle_.objects[index];
    if (object.kind == Kind::dict)
      for (std::size_t i = 0; i + 1 < object.items.size(); i += 2) visit(object.items[i + 1], below(name, key_text(object.items[i])), depth + 1);
    else if (object.kind == Kind::list || object.kind == Kind::tuple)
      for (std::size_t i = 0; i < object.items.size(); ++i) visit(object.items[i], below(name, std::to_string(i)), depth + 1);
    else if (object.kind == Kind::tensor) add(name, tensor(object));
    else if (object.kind == Kind::array && !object.text.empty()) add(name, array(object));
  }

  static std::string below(const std::string& name, const std::string& key) { return name.empty() ? key : name + "." + key; }
  std::string key_text(std::size_t index) const {
    const auto& key = pickle_.objects[index];
    if (key.text.size() > 1024) reader_.refuse("a name in it is too long.");
    if (key.kind == Kind::text) return key.text;
    if (key.kind == Kind::integer) return std::to_string(key.integer);
    reader_.refuse("a name in it is neither a text nor a number.");
  }

  void add(const std::string& name, torch::Tensor value) {
    if (found_.size() >= kMostTensors) reader_.refuse("it holds too many tensors.");
    found_[name.empty() ? "tensor" : name] = std::move(value);
  }

  torch::Tensor tensor(const PickledObject& object) const {
    const auto& storage = pickle_.objects[object.items[0]].storage;
    const auto found = storages_.find(storage.key);
    if (found == storages_.end()) reader_.refuse("the numbers of a tensor are missing; fetch it again.");
    if (found->second.scalar_type() != scalar_type(storage.kind)) reader_.refuse("a tensor's type differs from its numbers'.");
    if (!fits(object.sizes, object.strides, object.integer, found->second.numel()))
      reader_.refuse("a tensor reaches beyond its numbers.");
    return found->second.as_strided(object.sizes, object.strides, found->second.storage_offset() + object.integer);
  }

  static torch::Tensor array(const PickledObject& object) {
    const auto type = object.element == ElementKind::boolean ? torch::kByte : scalar_type(object.element);
    auto flat = torch::empty({static_cast<std::int64_t>(object.text.size() / element_size(object.element))}, type);
    std::memcpy(flat.data_ptr(), object.text.data(), object.text.size());
    if (object.element == ElementKind::boolean) flat = flat.ne(0);
    return flat.as_strided(object.sizes, object.strides);
  }

  const ByteReader& reader_;
  const Pickle& pickle_;
  const std::map<std::string, torch::Tensor>& storages_;
  TensorMap found_;
  std::size_t visited_ = 0;
};

TensorMap read_zip(ByteReader& reader) {
  const auto entries = read_zip_directory(reader);
  std::string folder;
  const ZipEntry* description = nullptr;
  for (const auto& [name, entry] : entries)
    if (name == "data.pkl" || name.ends_with("/data.pkl")) {
      if (description) reader.refuse("it holds more than one 'data.pkl'.");
      folder = name.substr(0, name.size() - 8);
      description = &entry;
    }
  if (!description) reader.refuse("it is a ZIP file, but not one of torch.save: 'data.pkl' is missing.");
  if (entries.count(folder + "constants.pkl")) reader.refuse("it holds a program (TorchScript); save only the state dict, by torch.save(model.state_dict(), …).");
  if (const auto order = entries.find(folder + "byteorder"); order != entries.end()) {
    reader.window(order->second.offset, order->second.length);
    if (reader.text(order->second.length) != "little") reader.refuse("its numbers are big-endian.");
  }
  reader.window(description->offset, description->length);
  const Pickle pickle = read_pickle(reader);
  std::map<std::string, torch::Tensor> storages;
  for (const auto& object : pickle.objects) {
    if (object.kind != Kind::storage || storages.count(object.storage.key)) continue;
    const auto entry = entries.find(folder + "data/" + object.storage.key);
    if (entry == entries.end()) reader.refuse("the numbers of a tensor are missing; fetch it again.");
    reader.window(entry->second.offset, entry->second.length);
    storages[object.storage.key] = read_elements(reader, object.storage.kind, object.storage.count);
  }
  return Collector(reader, pickle, storages).run();
}

/// Parts of other storages, once these are read.
void add_views(const ByteReader& reader, const Pickle& pickle, std::map<std::string, torch::Tensor>& storages) {
  for (const auto& object : pickle.objects) {
    const auto& storage = object.storage;
    if (object.kind != Kind::storage || storage.view_of.empty() || storages.count(storage.key)) continue;
    const auto base = storages.find(storage.view_of);
    if (base == storages.end()) reader.refuse("the numbers of a tensor are missing; fetch it again.");
    const auto size = static_cast<std::uint64_t>(base->second.numel());
    if (storage.view_offset > size || storage.count > size - storage.view_offset) reader.refuse("a tensor reaches beyond its numbers.");
    storages[storage.key] = base->second.narrow(0, static_cast<std::int64_t>(storage.view_offset), static_cast<std::int64_t>(storage.count));
  }
}

TensorMap read_legacy(ByteReader& reader) {
  reader.window(0, reader.size());
  for (int i = 0; i < 3; ++i) read_pickle(reader);  // magic number, protocol version, the writing system's word sizes
  const Pickle pickle = read_pickle(reader);
  std::map<std::string, ElementKind> kinds;
  for (const auto& object : pickle.objects)
    if (object.kind == Kind::storage) kinds[object.storage.view_of.empty() ? object.storage.key : object.storage.view_of] = object.storage.kind;
  const Pickle keys = read_pickle(reader);
  if (keys.objects[keys.root].kind != Kind::list) reader.refuse("its list of storages is damaged; fetch it again.");
  std::map<std::string, torch::Tensor> storages;
  for (const auto index : keys.objects[keys.root].items) {
    const auto kind = kinds.find(keys.objects[index].text);
    if (keys.objects[index].kind != Kind::text || kind == kinds.end()) reader.refuse("its list of storages is damaged; fetch it again.");
    const auto count = reader.u64();
    storages[kind->first] = read_elements(reader, kind->second, count);
  }
  add_views(reader, pickle, storages);
  return Collector(reader, pickle, storages).run();
}

}  // namespace

TensorMap read_torch_archive(const std::filesystem::path& file) {
  ByteReader reader(file);
  if (reader.size() < sizeof kLegacyMagic) reader.refuse("it is empty or far too short.");
  const std::string start = reader.text(sizeof kLegacyMagic);
  try {
    if (std::memcmp(start.data(), kLegacyMagic, sizeof kLegacyMagic) == 0) return read_legacy(reader);
    if (start.starts_with(std::string("PK\x03\x04", 4))) return read_zip(reader);
  } catch (const c10::Error&) {
    reader.refuse("its tensors cannot be made.");
  } catch (const std::bad_alloc&) {
    reader.refuse("there is not enough memory for it.");
  }
  reader.refuse("it is no file of torch.save (neither a ZIP nor a legacy container).");
}

void copy_weight(const TensorMap& tensors, const std::string& name, const std::filesystem::path& file, torch::Tensor& to) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw WeightFileError("The file '" + file.string() + "' cannot be used as weights: it has no tensor '" + name + "'.");
  if (found->second.sizes() != to.sizes()) {
    std::ostringstream text;
    text << "The file '" << file.string() << "' cannot be used as weights: its tensor '" << name << "' has shape " << found->second.sizes()
         << " where " << to.sizes() << " is needed.";
    throw WeightFileError(text.str());
  }
  torch::NoGradGuard guard;
  to.copy_(found->second);
}

}  // namespace luthier
