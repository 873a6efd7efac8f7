#pragma once
#include <filesystem>

#include "audio/analysis/spectrogram.h"

namespace luthier {

/// NumPy's .npy, version 1.0: float32, C order, shape (bands, frames). Throws SessionError.
void write_npy(const std::filesystem::path& path, const audio::Spectrogram& values);
/// float32 or float64, either order, two axes. Every length is checked before it is used. Throws SessionError.
audio::Spectrogram read_npy(const std::filesystem::path& path);

}  // namespace luthier
