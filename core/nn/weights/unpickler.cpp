#include "core/nn/weights/unpickler.h"

#include <algorithm>
#include <bit>
#include <set>

namespace luthier {
namespace {

using Kind = PickledObject::Kind;

const std::map<std::string, ElementKind>& storage_names() {
  static const std::map<std::string, ElementKind> names = {
      {"torch DoubleStorage", ElementKind::float64}, {"torch FloatStorage", ElementKind::float32}, {"torch HalfStorage", ElementKind::float16},
      {"torch BFloat16Storage", ElementKind::bfloat16}, {"torch LongStorage", ElementKind::int64}, {"torch IntStorage", ElementKind::int32},
      {"torch ShortStorage", ElementKind::int16}, {"torch CharStorage", ElementKind::int8}, {"torch ByteStorage", ElementKind::uint8},
      {"torch BoolStorage", ElementKind::boolean}};
  return names;
}

const std::map<std::string, ElementKind>& dtype_names() {
  static const std::map<std::string, ElementKind> names = {
      {"f8", ElementKind::float64}, {"f4", ElementKind::float32}, {"f2", ElementKind::float16}, {"i8", ElementKind::int64},
      {"i4", ElementKind::int32}, {"i2", ElementKind::int16}, {"i1", ElementKind::int8}, {"u1", ElementKind::uint8}, {"b1", ElementKind::boolean}};
  return names;
}

/// The only names that a file may mention, besides the storages.
const std::set<std::string>& allowed_names() {
  static const std::set<std::string> names = {
      "collections OrderedDict", "torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter",
      "torch.nn.parameter Parameter", "numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct", "numpy ndarray",
      "numpy dtype", "_codecs encode"};
  return names;
}

class Unpickler {
 public:
  explicit Unpickler(ByteReader& reader) : reader_(reader) {}
  Pickle run() {
    while (!step(reader_.u8())) {
    }
    Pickle pickle;
    pickle.root = pop();
    if (!stack_.empty()) damaged();
    pickle.objects = std::move(objects_);
    return pickle;
  }

 private:
  /// A small file can name one big object again and again; what is copied stays in proportion to the file.
  void charge(std::uint64_t bytes) {
    charged_ += bytes;
    if (charged_ > 64 * reader_.size() + 1000000) damaged();
  }
  [[noreturn]] void damaged() const { reader_.refuse("its description of the tensors is damaged; fetch it again."); }

  std::size_t make(Kind kind) {
    objects_.push_back({});
    objects_.back().kind = kind;
    return objects_.size() - 1;
  }
  void push(std::size_t object) { stack_.push_back(object); }
  void push_integer(std::int64_t value, Kind kind = Kind::integer) {
    push(make(kind));
    objects_.back().integer = value;
  }
  void push_text(Kind kind, std::string text) {
    push(make(kind));
    objects_.back().text = std::move(text);
  }
  std::size_t pop() {
    if (stack_.empty()) damaged();
    const auto object = stack_.back();
    stack_.pop_back();
    return object;
  }
  std::size_t pop_kind(Kind kind) {
    const auto object = pop();
    if (objects_[object].kind != kind) damaged();
    return object;
  }
  std::size_t top() const {
    if (stack_.empty()) damaged();
    return stack_.back();
  }
  /// Objects above the nearest mark, in order; the mark goes too.
  std::vector<std::size_t> pop_to_mark() {
    std::size_t at = stack_.size();
    while (at > 0 && objects_[stack_[at - 1]].kind != Kind::mark) --at;
    if (at == 0) damaged();
    std::vector<std::size_t> items(stack_.begin() + static_cast<std::ptrdiff_t>(at), stack_.end());
    stack_.resize(at - 1);
    return items;
  }
  void push_tuple(std::vector<std::size_t> items) {
    push(make(Kind::tuple));
    objects_.back().items = std::move(items);
  }
  void push_tuple_of(std::size_t count) {
    std::vector<std::size_t> items(count);
    for (std::size_t i = count; i > 0; --i) items[i - 1] = pop();
    push_tuple(std::move(items));
  }
  void append(Kind kind, const std::vector<std::size_t>& added) {
    auto& target = objects_[top()];
    if (target.kind != kind || (kind == Kind::dict && added.size() % 2 != 0)) damaged();
    target.items.insert(target.items.end(), added.begin(), added.end());
  }
  void remember(std::uint64_t slot) { memo_[slot] = top(); }
  void recall(std::uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) damaged();
    push(found->second);
  }

  bool step(std::uint8_t code) {
    switch (code) {
      case 0x80: if (const int version = reader_.u8(); version < 2 || version > 5) damaged(); break;  // PROTO
      case 0x95: reader_.u64(); break;                                   // FRAME
      case '.': return true;                                             // STOP
      case '(': push(make(Kind::mark)); break;
      case 'N': push(make(Kind::none)); break;
      case 0x88: push_integer(1, Kind::boolean); break;
      case 0x89: push_integer(0, Kind::boolean); break;
      case 'J': push_integer(static_cast<std::int32_t>(reader_.u32())); break;
      case 'K': push_integer(reader_.u8()); break;
      case 'M': push_integer(reader_.u16()); break;
      case 0x8a: push_long(); break;                                     // LONG1
      case 'G': push_real(); break;
      case 'X': case 'T': text(Kind::text, reader_.u32()); break;  // BINUNICODE, BINSTRING
      case 0x8c: case 'U': text(Kind::text, reader_.u8()); break;        // SHORT_BINUNICODE, SHORT_BINSTRING
      case 0x8d: text(Kind::text, reader_.u64()); break;                 // BINUNICODE8
      case 'B': text(Kind::bytes, reader_.u32()); break;
      case 'C': text(Kind::bytes, reader_.u8()); break;
      case 0x8e: text(Kind::bytes, reader_.u64()); break;                // BINBYTES8
      case ']': push(make(Kind::list)); break;
      case ')': push(make(Kind::tuple)); break;
      case '}': push(make(Kind::dict)); break;
      case 't': push_tuple(pop_to_mark()); break;
      case 0x85: push_tuple_of(1); break;
      case 0x86: push_tuple_of(2); break;
      case 0x87: push_tuple_of(3); break;
      case 'a': { const auto item = pop(); append(Kind::list, {item}); break; }
      case 'e': append(Kind::list, pop_to_mark()); break;
      case 's': { const auto value = pop(), key = pop(); append(Kind::dict, {key, value}); break; }
      case 'u': append(Kind::dict, pop_to_mark()); break;
      case 'q': remember(reader_.u8()); break;
      case 'r': remember(reader_.u32()); break;
      case 0x94: remember(memo_.size()); break;                          // MEMOIZE
      case 'h': recall(reader_.u8()); break;
      case 'j': recall(reader_.u32()); break;
      case '0': pop(); break;
      case 'c': { const auto module = reader_.line(); push_global(module, reader_.line()); break; }
      case 0x93: { const auto name = pop_kind(Kind::text), module = pop_kind(Kind::text);  // STACK_GLOBAL
                   push_global(objects_[module].text, objects_[name].text); break; }
      case 'Q': persistent(); break;
      case 'R': reduce(); break;
      case 'b': build(); break;
      default:
        reader_.refuse("it holds more than tensors (pickle code " + std::to_string(code) +
                       "); save only the state dict, by torch.save(model.state_dict(), …).");
    }
    return false;
  }

  void text(Kind kind, std::uint64_t length) { push_text(kind, reader_.text(length)); }

  void push_long() {
    const auto length = reader_.u8();
    std::uint64_t bits = 0;
    bool negative = false;
    for (unsigned i = 0; i < length; ++i) {  // longer than a word: only the legacy file's magic number, which is told by its bytes
      const std::uint64_t byte = reader_.u8();
      if (i < 8) bits |= byte << (8 * i);
      if (i + 1 == length) negative = byte & 0x80;
    }
    if (negative && length < 8) bits |= ~std::uint64_t{0} << (8 * length);
    push_integer(std::bit_cast<std::int64_t>(bits));
  }

  void push_real() {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = (bits << 8) | reader_.u8();  // big-endian
    push(make(Kind::real));
    objects_.back().real = std::bit_cast<double>(bits);
  }

  void push_global(const std::string& module, const std::string& name) {
    const std::string both = (module == "__builtin__" ? "builtins" : module) + " " + name;
    if (!allowed_names().count(both) && !storage_names().count(both))
      reader_.refuse("it asks for '" + module + "." + name + "', and nothing in a weight file is ever run; save only the state dict, by torch.save(model.state_dict(), …).");
    push_text(Kind::global, both);
  }

  const PickledObject& item(const PickledObject& of, std::size_t i, Kind kind) const {
    if (i >= of.items.size() || objects_[of.items[i]].kind != kind) damaged();
    return objects_[of.items[i]];
  }
  std::vector<std::int64_t> integers(const PickledObject& tuple) const {
    std::vector<std::int64_t> out;
    if (tuple.items.size() > 16) damaged();
    for (std::size_t i = 0; i < tuple.items.size(); ++i) out.push_back(item(tuple, i, Kind::integer).integer);
    return out;
  }

  /// ('storage', torch.FloatStorage, key, device, count[, view]) with view = None or (key, offset, count).
  void persistent() {
    const PickledObject id = objects_[pop_kind(Kind::tuple)];
    if (id.items.size() < 5 || id.items.size() > 6) damaged();
    if (item(id, 0, Kind::text).text != "storage") reader_.refuse("it holds a whole model; save only the state dict, by torch.save(model.state_dict(), …).");
    const auto kind = storage_names().find(item(id, 1, Kind::global).text);
    if (kind == storage_names().end()) damaged();
    PickledStorage storage;
    storage.kind = kind->second;
    storage.key = item(id, 2, Kind::text).text;
    const auto count = item(id, 4, Kind::integer).integer;
    if (count < 0) damaged();
    storage.count = static_cast<std::uint64_t>(count);
    if (id.items.size() == 6 && objects_[id.items[5]].kind != Kind::none) {
      const auto& view = item(id, 5, Kind::tuple);
      storage.view_of = storage.key;
      const auto offset = item(view, 1, Kind::integer).integer, part = item(view, 2, Kind::integer).integer;
      if (offset < 0 || part < 0) damaged();
      storage.view_offset = static_cast<std::uint64_t>(offset);
      storage.key = item(view, 0, Kind::text).text;
      storage.count = static_cast<std::uint64_t>(part);
    }
    push(make(Kind::storage));
    objects_.back().storage = std::move(storage);
  }

  void reduce() {
    const auto arguments = pop_kind(Kind::tuple);
    const std::string what = objects_[pop_kind(Kind::global)].text;
    charge(objects_[arguments].items.size());
    const PickledObject given = objects_[arguments];
    if (what == "collections OrderedDict") return ordered_dict(given);
    if (what == "torch._utils _rebuild_tensor" || what == "torch._utils _rebuild_tensor_v2") return tensor(given);
    if (what == "torch._utils _rebuild_parameter" || what == "torch.nn.parameter Parameter") {
      item(given, 0, Kind::tensor);
      return push(given.items[0]);
    }
    if (what == "_codecs encode") return encoded(given);
    if (what == "numpy dtype") return dtype(given);
    if (what.ends_with("multiarray _reconstruct")) return push(make(Kind::array));
    damaged();
  }

  void ordered_dict(const PickledObject& given) {
    const auto dict = make(Kind::dict);
    push(dict);
    if (given.items.empty()) return;
    charge(item(given, 0, Kind::list).items.size() * 4);
    const PickledObject pairs = item(given, 0, Kind::list);  // Python 2: OrderedDict([[key, value], …])
    for (const auto pair : pairs.items) {
      if (objects_[pair].items.size() != 2) damaged();
      objects_[dict].items.insert(objects_[dict].items.end(), objects_[pair].items.begin(), objects_[pair].items.end());
    }
  }

  /// (storage, offset, size, stride, …); what follows (requires_grad, hooks) does not matter.
  void tensor(const PickledObject& given) {
    item(given, 0, Kind::storage);
    const auto offset = item(given, 1, Kind::integer).integer;
    auto sizes = integers(item(given, 2, Kind::tuple)), strides = integers(item(given, 3, Kind::tuple));
    if (offset < 0 || sizes.size() != strides.size()) damaged();
    for (std::size_t i = 0; i < sizes.size(); ++i)
      if (sizes[i] < 0 || strides[i] < 0) damaged();
    push(make(Kind::tensor));
    auto& made = objects_.back();
    made.integer = offset;
    made.items = {given.items[0]};
    made.sizes = std::move(sizes);
    made.strides = std::move(strides);
  }

  /// Bytes as protocol 2 writes them: a text whose code points are the bytes, and 'latin1'.
  void encoded(const PickledObject& given) {
    if (item(given, 1, Kind::text).text != "latin1") damaged();
    std::string bytes;
    const std::string& utf8 = item(given, 0, Kind::text).text;
    charge(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
      const auto lead = static_cast<unsigned char>(utf8[i]);
      if (lead < 0x80) { bytes += utf8[i]; continue; }
      if ((lead != 0xc2 && lead != 0xc3) || i + 1 >= utf8.size()) damaged();
      bytes += static_cast<char>((lead << 6) | (static_cast<unsigned char>(utf8[++i]) & 0x3f));
    }
    push_text(Kind::bytes, std::move(bytes));
  }

  void dtype(const PickledObject& given) {
    const auto found = dtype_names().find(item(given, 0, Kind::text).text);
    if (found == dtype_names().end()) reader_.refuse("an array in it is of a kind that is not read.");
    push(make(Kind::dtype));
    objects_.back().element = found->second;
  }

  void build() {
    const auto state = pop();
    auto& object = objects_[top()];
    if (object.kind == Kind::array) return build_array(objects_[state], object);
    if (object.kind == Kind::dtype) {  // (version, byte order, …)
      const auto& order = item(objects_[state], 1, Kind::text).text;
      if (order == ">") reader_.refuse("an array in it is big-endian.");
      return;
    }
    // Attributes beside a state dict (_metadata) or a parameter (requires_grad, hooks) carry no weights.
    if (object.kind != Kind::dict && object.kind != Kind::tensor) damaged();
  }

  /// (version, shape, dtype, fortran order, bytes)
  void build_array(const PickledObject& state, PickledObject& array) {
    if (state.kind != Kind::tuple || state.items.size() != 5) damaged();
    array.sizes = integers(item(state, 1, Kind::tuple));
    array.element = item(state, 2, Kind::dtype).element;
    const bool fortran = item(state, 3, Kind::boolean).integer != 0;
    const auto& bytes = objects_[state.items[4]];
    if (bytes.kind != Kind::bytes && bytes.kind != Kind::text) damaged();  // text: written by Python 2
    charge(bytes.text.size());
    array.text = bytes.text;
    const auto limit = static_cast<std::int64_t>(array.text.size());
    std::int64_t count = 1;
    array.strides.assign(array.sizes.size(), 1);
    for (std::size_t n = 0; n < array.sizes.size(); ++n) {
      const std::size_t axis = fortran ? n : array.sizes.size() - 1 - n;
      if (array.sizes[axis] < 0 || (array.sizes[axis] > 0 && count > limit / array.sizes[axis])) damaged();
      array.strides[axis] = count;
      count *= array.sizes[axis];
    }
    if (static_cast<std::uint64_t>(count) * element_size(array.element) != array.text.size()) damaged();
  }

  ByteReader& reader_;
  std::vector<PickledObject> objects_;
  std::vector<std::size_t> stack_;
  std::map<std::uint64_t, std::size_t> memo_;
  std::uint64_t charged_ = 0;
};

}  // namespace

std::size_t element_size(ElementKind kind) {
  switch (kind) {
    case ElementKind::float64: case ElementKind::int64: return 8;
    case ElementKind::float32: case ElementKind::int32: return 4;
    case ElementKind::float16: case ElementKind::bfloat16: case ElementKind::int16: return 2;
    default: return 1;
  }
}

Pickle read_pickle(ByteReader& reader) { return Unpickler(reader).run(); }

}  // namespace luthier
