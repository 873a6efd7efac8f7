#pragma once
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/session/run_preparation.h"

namespace luthier {

/// Seconds of one optimiser step, with the random numbers that training would draw for it. The trainer must be in that phase and
/// is trained by it: throw it away. Throws Cancelled.
double seconds_of_step(Trainer& trainer, int phase, std::int64_t step, std::uint64_t seed, torch::Device device, const std::stop_token& stop);

/// What steps cost, measured: two steps of every phase, of which the second counts, and one validation.
struct StepCost {
  std::vector<double> seconds;  ///< of one step of each phase
  std::vector<PhaseInfo> phases;
  double validation_seconds = 0;
  double memory_bytes = 0;      ///< networks, optimisers and steps at most

  std::int64_t steps() const;
  double whole_run(const Config& config) const;  ///< seconds, validations included
};
/// `batch` > 0 stands above the run's own. Throws what the family throws, or Cancelled.
StepCost measure_steps(const PreparedRun& run, std::int64_t batch, std::stop_token stop);

/// Name of the setting that holds the number of examples in a step; empty: the family has none.
std::string batch_setting(const PreparedRun& run);

/// The largest of `wanted`, wanted / 2, wanted / 4 … whose steps fit into `limit` bytes of memory (0: what the device has left).
/// On a CPU, where a program that asks for too much is ended by the system, small batches are measured first and larger ones
/// only tried when they will fit; on a GPU each is tried.
struct BatchSearch {
  std::int64_t batch = 0;  ///< 0: none
  StepCost cost;           ///< of that batch
};
BatchSearch find_batch(const PreparedRun& run, std::int64_t wanted, double limit, std::stop_token stop);

}  // namespace luthier
