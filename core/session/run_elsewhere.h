#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "core/session/workspace.h"

namespace luthier {

/// What any program may ask of one that trains a run, through runs/<id>/order: a file of one word that is put there whole and taken
/// away by the program that obeys it. A later order replaces one that was not taken yet.
enum class RunOrder {
  pause,    ///< wait after the present step
  go_on,    ///< of a paused run
  stop,     ///< after the present step, with a checkpoint
  discard   ///< after the present step, without
};

/// Puts the order where the program that trains the run looks between its steps; returns at once. Throws ConfigError: nobody trains
/// it (its lock is free), or there is no such run; SessionError: the folder cannot be written.
void order_run(const Workspace& workspace, const std::string& run, RunOrder order);

/// Takes the order that lies in a run's folder, if there is one. For the program that holds the run's lock. Never throws.
std::optional<RunOrder> take_order(const std::filesystem::path& run_folder);

}  // namespace luthier
