#pragma once
#include <cstdint>
#include <stop_token>

#include "core/session/run_preparation.h"
#include "core/training/trainer.h"

namespace luthier {

/// Seconds of one optimiser step of a phase, the mean over its beginning, middle and end (critics may join late). The trainer
/// is trained by it: throw it away. Throws Cancelled.
double seconds_per_step(Trainer& trainer, int phase, std::uint64_t seed, std::stop_token stop);

/// Numbers of steps that make the run fill this time, so that its schedules end when the time does: `steps` and its like for
/// each phase, all scaled alike. Measured on networks that are thrown away. Empty where a phase's setting is among
/// `overrides`, which stand. Throws Cancelled, or what the family throws.
Config steps_within(const PreparedRun& run, const Config& overrides, double seconds, std::stop_token stop);

}  // namespace luthier
