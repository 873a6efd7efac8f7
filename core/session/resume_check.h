#pragma once
#include <string>
#include <vector>

#include "core/session/run_preparation.h"

namespace luthier {

/// Throws ConfigError when a run that goes on would change what shapes its networks, its sound or its data.
void check_changes(const Schema& schema, const Config& before, const Config& after);

/// Throws ConfigError when a run that has come to `step` would end before it.
void check_length(const std::string& run, std::int64_t step, const std::vector<PhaseInfo>& phases);

/// Settings that a run which goes on changes, "name: a -> b"; those that came with a later version count as they are.
std::vector<std::string> changes_on_resume(const Config& before, const Config& now);

/// Why a run that goes on would not make the very steps that it would have made unbroken, a few words each; empty: it makes them
/// bit for bit. `before` is its record as it was left.
std::vector<std::string> why_inexact(const RunRecord& before, const PreparedRun& now);

/// The machine as a run's record names it, with what decides the bits of a computation.
std::map<std::string, std::string> run_machine_facts();

}  // namespace luthier
