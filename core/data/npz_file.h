#pragma once
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>

namespace luthier {

/// A NumPy archive that cannot be used: one sentence with the file's name.
class NpzError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Arrays by name, as numpy.savez writes them: a ZIP file with one "<name>.npy" (version 1.0, C order) for each.
using NpzArrays = std::map<std::string, torch::Tensor>;

/// Writes float32 arrays uncompressed, as numpy.savez does: beside `path` first, then renamed. An older file is replaced.
/// Throws NpzError.
void write_npz(const std::filesystem::path& path, const NpzArrays& arrays);
/// Reads float32 and float64 arrays (as float32) of up to 8 axes, C order, compressed or not. Every length is checked before it
/// is used; pickled objects are refused. Throws NpzError.
NpzArrays read_npz(const std::filesystem::path& path);

}  // namespace luthier
