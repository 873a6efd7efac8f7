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
  reset_ = static_cast<bool>(marks);
}

double PeakMemory::peak_mb() const { return reset_ ? status_mb("VmHWM") : -1; }

}  // namespace luthier
