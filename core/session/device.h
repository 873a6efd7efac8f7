#pragma once
#include <torch/types.h>

#include <exception>
#include <string>

namespace luthier {

/// "cpu", "cuda" or "auto" (cuda where there is one). Throws ConfigError: no such name, or no CUDA here.
torch::Device choose_device(const std::string& name);
/// "cpu", "cuda:0 (NVIDIA …)".
std::string device_text(const torch::Device& device);
/// True for a failed allocation on any device.
bool is_out_of_memory(const std::exception& error);
/// One sentence for whatever was thrown: LibTorch's own errors without their back traces.
std::string error_sentence(const std::exception& error);

}  // namespace luthier
