#pragma once
#include <cstdint>
#include <stop_token>

#include "core/session/run_preparation.h"
#include "core/training/trainer.h"

namespace luthier {

/// Numbers of steps that make the run fill this time, so that its schedules end when the time does: `steps` and its like for
/// each phase, all scaled alike. Measured on networks that are thrown away. Empty where a phase's setting is among
/// `overrides`, which stand. Throws Cancelled, or what the family throws.
Config steps_within(const PreparedRun& run, const Config& overrides, double seconds, std::stop_token stop);

}  // namespace luthier
