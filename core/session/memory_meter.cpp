#include "core/session/memory_meter.h"

#include <ATen/DeviceAccelerator.h>
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

namespace luthier {
namespace {

/// "Name:   123 kB" of a file under /proc, in bytes; 0 where there is none.
double kilobytes_of(const char* file, const std::string& name) {
  std::ifstream input(file);
  for (std::string line; std::getline(input, line);)
    if (line.starts_with(name + ":")) return std::strtod(line.c_str() + name.size() + 1, nullptr) * 1024;
  return 0;
}

/// A number in a file of its own; `fallback` where it is none ("max").
double number_in(const char* file, double fallback) {
  std::ifstream input(file);
  double value = 0;
  return input >> value ? value : fallback;
}

constexpr std::size_t kWhole = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);

}  // namespace

MemoryMeter::MemoryMeter(torch::Device device) : device_(device) {
  if (device_.is_cuda()) {
    at::accelerator::resetPeakStats(device_.index());
    before_ = static_cast<double>(at::accelerator::getDeviceStats(device_.index()).allocated_bytes[kWhole].current);
    return;
  }
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak counts from now
  before_ = kilobytes_of("/proc/self/status", "VmRSS");
}

double MemoryMeter::peak() const {
  if (device_.is_cuda()) return static_cast<double>(at::accelerator::getDeviceStats(device_.index()).allocated_bytes[kWhole].peak) - before_;
  return std::max(0.0, kilobytes_of("/proc/self/status", "VmHWM") - before_);
}

double MemoryMeter::available(torch::Device device) {
  if (device.is_cuda()) return static_cast<double>(at::accelerator::getMemoryInfo(device.index()).first);
  const double machine = kilobytes_of("/proc/meminfo", "MemAvailable");
  const double limit = number_in("/sys/fs/cgroup/memory.max", std::numeric_limits<double>::infinity());
  rlimit own{};
  double address_space = std::numeric_limits<double>::infinity();
  if (getrlimit(RLIMIT_AS, &own) == 0 && own.rlim_cur != RLIM_INFINITY) address_space = std::max(0.0, static_cast<double>(own.rlim_cur) - kilobytes_of("/proc/self/status", "VmSize"));
  return std::min({machine, address_space, std::max(0.0, limit - number_in("/sys/fs/cgroup/memory.current", 0))});
}

void MemoryMeter::release(torch::Device device) {
  if (device.is_cuda()) at::accelerator::emptyCache();
  else malloc_trim(0);
}

}  // namespace luthier
