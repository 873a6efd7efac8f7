#include "core/session/device.h"

#include <torch/cuda.h>
#include <c10/util/Exception.h>

#include <new>

#include "core/config/schema.h"

namespace luthier {

torch::Device choose_device(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  if (name != "auto" && name != "cuda") throw ConfigError("There is no device '" + name + "'; it must be one of: auto, cpu, cuda.");
  if (torch::cuda::is_available()) return torch::Device(torch::kCUDA, 0);
  if (name == "cuda")
    throw ConfigError("There is no CUDA device that this build can use; train with the device cpu, or install an NVIDIA driver and a CUDA build of LibTorch.");
  return torch::kCPU;
}

std::string device_text(const torch::Device& device) { return device.str(); }

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) || dynamic_cast<const std::bad_alloc*>(&error)) return true;
  const std::string text = error.what();
  return text.find("DefaultCPUAllocator") != std::string::npos || text.find("out of memory") != std::string::npos;
}

std::string error_sentence(const std::exception& error) {
  if (const auto* torch_error = dynamic_cast<const c10::Error*>(&error)) {
    const std::string text = torch_error->what_without_backtrace();
    return "The computation failed: " + text.substr(0, text.find('\n'));
  }
  return error.what();
}

}  // namespace luthier
