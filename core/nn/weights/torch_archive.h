#pragma once
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

#include "core/nn/weights/byte_reader.h"

namespace luthier {

using TensorMap = std::map<std::string, torch::Tensor>;

/// Reads the tensors of a file written by torch.save, as data: nothing in the file is run, and what is not a (nested) dict of
/// tensors is refused. Both containers: ZIP (data.pkl and data/N, below any folder name) and the legacy one (first bytes
/// 80 02 8a 0a 6c fc 9c 46 f9 20 6a a8 50 19: magic number, protocol, system, object, storage keys, raw storages). Also plain
/// numpy arrays inside. Nested dicts give dotted names; numbers and texts are left out. Tensors are on CPU, of the file's type,
/// and may share memory and be strided as in the file. Every length, size, stride and offset is checked against the storage.
/// Throws WeightFileError with one sentence.
TensorMap read_torch_archive(const std::filesystem::path& file);

/// Copies `tensors[name of the file]` to a parameter or buffer, checked for shape; `file` is for the message.
void copy_weight(const TensorMap& tensors, const std::string& name, const std::filesystem::path& file, torch::Tensor& to);

}  // namespace luthier
