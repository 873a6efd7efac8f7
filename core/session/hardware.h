#pragma once
#include <cstdint>
#include <string>

namespace luthier {

/// What this machine has for trainings.
struct Hardware {
  unsigned cores = 1;
  std::uintmax_t memory_bytes = 0;  ///< 0: unknown
  std::string graphics;             ///< "cuda:0 (NVIDIA …)"; empty: none that LibTorch can use
};

/// May take a second where there is a graphics card; any thread. Never throws.
Hardware find_hardware();

}  // namespace luthier
