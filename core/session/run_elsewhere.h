#pragma once
#include <string>

#include "core/session/workspace.h"

namespace luthier {

/// Asks the luthierctl that trains a run to stop after its present step and save, as Ctrl+C in its terminal does; returns at once.
/// Throws ConfigError: no luthierctl of this machine trains it.
void stop_run_elsewhere(const Workspace& workspace, const std::string& run);

}  // namespace luthier
