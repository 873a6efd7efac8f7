#pragma once
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/evaluate/protocol.h"

namespace luthier {

struct EvaluateRequest {
  std::filesystem::path workspace;       ///< renders and judges are kept in its features/protocol folder
  std::vector<std::string> runs;         ///< run ids or checkpoint files; empty: the shipped weights
  std::vector<std::string> names;        ///< row names for them, in order; missing ones are made from the run
  std::vector<int> steps = {1, 4, 10, 50};  ///< a row for each, for systems that sample; 0: as many as the model takes by itself
  /// More rows with other transfer settings, each "key=value" or "key=value,key=value" ("temperature=0.5").
  std::vector<std::string> variants;
  ProtocolOptions protocol;              ///< `cache` empty: chosen here
  bool swapped = true;                   ///< control row with the style of another instrument
  bool oracle = true;
  std::string device = "cpu";            ///< "cpu", "cuda" or "auto"
};

/// A first look in about a minute on one core: two phrases, one step, without judges. `run` empty: the shipped weights.
EvaluateRequest quick_evaluation(const std::filesystem::path& workspace, const std::string& run);
/// The luthierctl command that makes the same table, without --workspace.
std::string evaluate_command(const EvaluateRequest& request);

/// Runs a protocol on trained systems, beside the rows that are always shown. Blocks. Throws ConfigError, CheckpointError,
/// EvaluationError or audio::AudioError with one sentence.
EvaluationTable evaluate_runs(const EvaluateRequest& request, const ProgressSink& progress, std::stop_token stop);

}  // namespace luthier
