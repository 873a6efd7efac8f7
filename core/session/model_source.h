#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "core/families/family.h"
#include "core/session/workspace.h"

namespace luthier {

/// A trained model as a session names it: a run, a checkpoint file, or (neither named) the shipped weights.
struct LoadedModel {
  const Family* family = nullptr;
  std::filesystem::path file;
  std::string run;                 ///< empty: not from a run
  std::string weights_sha256;
  Checkpoint checkpoint;
};

/// The checkpoint of a run to transfer with: the best, or the latest where that has gone on to a later phase. Throws
/// SessionError or ConfigError.
std::filesystem::path checkpoint_of_run(const Workspace& workspace, const std::string& run);
/// Loads by run id, else by path, else the first of shipped_models(). `workspace` may be null without a run. `role`
/// is checked. Throws ConfigError, SessionError, CheckpointError.
LoadedModel load_model(const Workspace* workspace, const std::string& run, const std::string& checkpoint, Role role);
/// `name` is a run id of the workspace, or the path of a checkpoint.
LoadedModel load_named_model(const Workspace* workspace, const std::string& name, Role role);
/// A family that needs no training, ready to transfer: its preset (empty: the first) with `settings` of its schema() over it.
/// Throws ConfigError where the family has to be trained.
LoadedModel untrained_model(const std::string& family, const std::string& preset, const Config& settings);

}  // namespace luthier
