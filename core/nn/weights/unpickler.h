#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/nn/weights/byte_reader.h"

namespace luthier {

/// Element kinds of a stored array.
enum class ElementKind { float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8, boolean };
std::size_t element_size(ElementKind kind);

/// A stored block of numbers that a pickle names; its bytes lie elsewhere in the file.
struct PickledStorage {
  std::string key;
  ElementKind kind = ElementKind::float32;
  std::uint64_t count = 0;  ///< elements
  std::string view_of;      ///< legacy files: not empty when it is a part of another storage …
  std::uint64_t view_offset = 0;  ///< … from this element on
};

/// One object of a pickle, as plain data. Objects refer to each other by index into Pickle::objects.
struct PickledObject {
  enum class Kind { none, boolean, integer, real, text, bytes, list, tuple, dict, global, storage, tensor, dtype, array, mark };
  Kind kind = Kind::none;
  std::int64_t integer = 0;         ///< integer, boolean; tensor: storage offset in elements
  double real = 0;
  std::string text;                 ///< text, bytes, global ("module name"), array: raw bytes
  std::vector<std::size_t> items;   ///< list, tuple; dict: key, value, key, value …; tensor: [storage]
  std::vector<std::int64_t> sizes, strides;  ///< tensor, array (elements)
  ElementKind element = ElementKind::float32;  ///< dtype, array
  PickledStorage storage;
};

struct Pickle {
  std::vector<PickledObject> objects;
  std::size_t root = 0;
};

/// Reads one pickle (protocol 2 to 5, as torch.save writes it) up to its STOP. Understands exactly what state dicts are made
/// of: numbers, texts, lists, tuples, (ordered) dicts, torch tensors and storages, plain numpy arrays. A "global" is never
/// looked up or called: it is a name, and only the names listed in unpickler.cpp are accepted, each turned into data by our own
/// code. Everything else is refused. The number of objects is bounded by the number of bytes. Throws WeightFileError.
Pickle read_pickle(ByteReader& reader);

}  // namespace luthier
