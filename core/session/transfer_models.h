#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/session/training_session.h"
#include "core/session/transfer_session.h"

namespace luthier {

/// What a transfer can be done with. Exactly one of run and family is set, or neither: the shipped weights.
struct TransferModel {
  std::string run, family;               ///< family: one that needs no training
  std::string title;                     ///< for people: of a family its name, of a run what the user calls it (may be empty)
  std::string about;                     ///< family and preset, or what it is
  std::vector<std::filesystem::path> checkpoints;  ///< of a run: the one taken by default first
};

/// Runs that have a checkpoint to transfer with, newest first, then the shipped weights, then families without training. Reads files: not for a
/// GUI thread. Throws SessionError.
std::vector<TransferModel> transfer_models(const std::filesystem::path& workspace);

/// Runs of vocoders that take the spectrograms this model makes. Loads weights the first time a file is seen. Throws ConfigError.
std::vector<RunSummary> fitting_vocoders(const std::filesystem::path& workspace, const TransferRequest& model);

/// The phase that has still to begin before a transfer can be made with this run; empty: one can, or there is no checkpoint. Reads
/// the head of one file.
std::string awaited_phase(const RunSummary& run);

/// Whether a transfer by these options (of `settings`, those left out at their defaults) hears a style clip: not where a label
/// stands for the style. Then TransferRequest::style may be empty, and so is the style of the result.
bool needs_style_clip(const Schema& settings, const Config& options);

/// Settings for a form: those of the model that the request names. Throws ConfigError.
Schema transfer_schema_of(const TransferRequest& model);

}  // namespace luthier
