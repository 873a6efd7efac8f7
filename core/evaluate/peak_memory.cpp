#include "core/evaluate/peak_memory.h"

#include <fstream>
#include <string>

namespace luthier {
namespace {

/// A "VmRSS:   1234 kB" line of /proc/self/status in MiB; -1 when there is none.
double status_mb(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":")) return std::stod(line.substr(key.size() + 1)) / 1024.0;
  return -1;
}

}  // namespace

PeakMemory::PeakMemory() {
  std::ofstream marks("/proc/self/clear_refs");
  if (!marks) return;
  marks << "5";  // sets the high-water mark to what is resident now
  marks.close();
  if (marks) start_mb_ = status_mb("VmRSS");
}

double PeakMemory::growth_mb() const {
  const double peak = status_mb("VmHWM");
  return start_mb_ < 0 || peak < 0 ? -1 : peak > start_mb_ ? peak - start_mb_ : 0;
}

}  // namespace luthier
