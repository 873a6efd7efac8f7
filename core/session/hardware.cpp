#include "core/session/hardware.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "core/session/device.h"

namespace luthier {

Hardware find_hardware() {
  Hardware found;
  found.cores = std::max(1U, std::thread::hardware_concurrency());
  const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  if (pages > 0 && page > 0) found.memory_bytes = static_cast<std::uintmax_t>(pages) * static_cast<std::uintmax_t>(page);
  try {
    const auto device = choose_device("auto");
    if (device.is_cuda()) found.graphics = device_text(device);
  } catch (const std::exception&) {
    // a driver that does not work is as good as none
  }
  return found;
}

}  // namespace luthier
