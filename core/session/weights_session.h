#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace luthier {

struct Checkpoint;

/// What a weight file says of itself.
struct WeightsInfo {
  std::filesystem::path path;
  std::string family, preset, system;
  std::int64_t parameters = 0, bytes = 0;
  std::map<std::string, std::string> record;
};

/// Writes a run's weights (best, else latest) or a checkpoint file as one safetensors file to give away: averaged weights
/// where there are any, no optimiser state, half precision unless `half` is false, the run's record beside it.
/// Never overwrites. Throws ConfigError or CheckpointError.
WeightsInfo export_weights(const std::filesystem::path& workspace, const std::string& run_or_file, const std::filesystem::path& output,
                           bool half = true, const std::map<std::string, std::string>& extra_record = {});

/// The mean of several weights that came of one another (Wortsman et al. 2022: weights fine-tuned from the same start average
/// well), with the record of the last, in which `mean_of` names them. Throws where they are not of one family or differ in a
/// tensor's name or shape. What a "…_memory" gathered is that of the last one that has it.
WeightsInfo export_mean_weights(const std::filesystem::path& workspace, const std::vector<std::string>& runs_or_files, const std::filesystem::path& output,
                                bool half = true);

/// Checks that a weight file loads as what it says it is and copies it to runs/<utc>-<family>-imported-<n>/ as a finished
/// run of the workspace. Returns the run's id. Throws ConfigError or CheckpointError; nothing is left behind.
std::string import_weights(const std::filesystem::path& workspace, const std::filesystem::path& file);

/// The same for weights that were read already; `file` is where they came from.
std::string import_checkpoint(const std::filesystem::path& workspace, const Checkpoint& checkpoint, const std::filesystem::path& file);

/// Reads the record only after the whole file was checked. Throws CheckpointError.
WeightsInfo weights_info(const std::filesystem::path& file);

}  // namespace luthier
