#include "core/session/weights_session.h"

#include <torch/torch.h>

#include <cstdlib>
#include <sstream>

#include "core/families/family.h"
#include "core/session/content_hash.h"
#include "core/session/model_source.h"
#include "core/session/run_record.h"
#include "core/session/text_file.h"
#include "core/session/training_session.h"
#include "core/session/version.h"
#include "core/session/weights_check.h"
#include "core/session/workspace.h"
#include "core/training/checkpoint.h"
#include "core/training/state.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

/// Tensors this small (norms' scales, statistics) stay in single precision: they cost nothing and rounding them would.
constexpr std::int64_t kSmall = 4096;

fs::path checkpoint_path(const fs::path& workspace, const std::string& run_or_file) {
  if (fs::is_regular_file(run_or_file)) return run_or_file;
  return checkpoint_of_run(Workspace::open(workspace), run_or_file);
}

/// What is given away names no folders of the machine that it was made on.
void strip_paths(Checkpoint& checkpoint) {
  const auto found = checkpoint.record.find("config");
  if (found == checkpoint.record.end()) return;
  const Schema schema = run_schema(find_family(checkpoint.at("family")));
  Config config = config_from_text(schema, found->second);
  for (auto& [name, value] : config) {
    auto* text = std::get_if<std::string>(&value);
    if (!text || text->find('/') == std::string::npos) continue;
    std::string names;
    std::istringstream parts(*text);
    for (std::string part; std::getline(parts, part, ':');) names += (names.empty() ? "" : ":") + part.substr(part.rfind('/') + 1);
    *text = names;
  }
  found->second = canonical_text(config);
}

/// "model.<module>.…" from averaged weights where the checkpoint has them.
TensorMap plain_weights(const TensorMap& all, bool half) {
  TensorMap out;
  for (const auto& [name, tensor] : all) {
    std::string key = name;
    if (name.starts_with("ema.")) key = "model." + name.substr(4);
    else if (!name.starts_with("model.") || all.count("ema." + name.substr(6))) continue;
    const bool shrink = half && tensor.is_floating_point() && tensor.numel() > kSmall;
    out[key] = shrink ? tensor.to(torch::kHalf) : tensor;
  }
  return out;
}

/// Adds `more` to `sum`, tensor by tensor.
void add_weights(TensorMap& sum, const TensorMap& more, const std::string& name) {
  const auto refuse = [&](const std::string& tensor) {
    throw CheckpointError("The weights of '" + name + "' differ from the first's in '" + tensor + "', so they have no mean; take weights that were trained on from one another.");
  };
  for (const auto& [key, tensor] : more)
    if (!sum.count(key) && !is_gathered(key)) refuse(key);
  for (auto& [key, tensor] : sum) {
    if (is_gathered(key)) continue;
    const auto found = more.find(key);
    if (found == more.end() || found->second.sizes() != tensor.sizes()) refuse(key);
    if (tensor.is_floating_point()) tensor = tensor.to(torch::kDouble) + found->second.to(torch::kDouble);
  }
}

WeightsInfo info_of(const fs::path& path, const Checkpoint& checkpoint) {
  WeightsInfo info;
  info.path = path;
  info.record = checkpoint.record;
  info.family = checkpoint.at("family");
  if (auto found = checkpoint.record.find("preset"); found != checkpoint.record.end()) info.preset = found->second;
  for (const auto& [name, tensor] : checkpoint.tensors)
    if (name.starts_with("model.") || name.starts_with("ema.")) info.parameters += tensor.numel();
  info.bytes = static_cast<std::int64_t>(fs::file_size(path));
  return info;
}

/// As it is given away: weights alone.
WeightsInfo given_away(Checkpoint checkpoint, const fs::path& output, bool half) {
  checkpoint.tensors = plain_weights(checkpoint.tensors, half);
  strip_paths(checkpoint);
  if (output.has_parent_path()) fs::create_directories(output.parent_path());
  save_checkpoint(output, checkpoint);
  return info_of(output, checkpoint);
}

}  // namespace

WeightsInfo export_weights(const fs::path& workspace, const std::string& run_or_file, const fs::path& output, bool half,
                           const std::map<std::string, std::string>& extra_record) {
  if (fs::exists(output)) throw ConfigError("'" + output.string() + "' is there already; choose another name, nothing is overwritten.");
  auto checkpoint = load_checkpoint(checkpoint_path(workspace, run_or_file));
  for (const auto& [key, value] : extra_record) checkpoint.record[key] = value;
  return given_away(std::move(checkpoint), output, half);
}

WeightsInfo export_mean_weights(const fs::path& workspace, const std::vector<std::string>& runs_or_files, const fs::path& output, bool half) {
  if (fs::exists(output)) throw ConfigError("'" + output.string() + "' is there already; choose another name, nothing is overwritten.");
  Checkpoint mean;
  TensorMap sum, gathered;  ///< gathered: the last there is
  std::string names;
  for (const auto& source : runs_or_files) {
    auto checkpoint = load_checkpoint(checkpoint_path(workspace, source));
    if (!sum.empty() && checkpoint.at("family") != mean.at("family"))
      throw CheckpointError("'" + source + "' is of the family " + checkpoint.at("family") + " and the one before of " + mean.at("family") + ", so they have no mean.");
    const auto weights = plain_weights(checkpoint.tensors, /*half=*/false);
    if (sum.empty()) sum = weights;
    else add_weights(sum, weights, source);
    for (const auto& [name, tensor] : weights)
      if (is_gathered(name)) gathered[name] = tensor;
    names += (names.empty() ? "" : ", ") + fs::path(source).filename().string();
    mean = std::move(checkpoint);
  }
  std::erase_if(sum, [](const auto& item) { return is_gathered(item.first); });
  for (auto& [name, tensor] : sum)
    if (tensor.is_floating_point()) tensor = (tensor.to(torch::kDouble) / static_cast<double>(runs_or_files.size())).to(torch::kFloat);
  sum.merge(gathered);
  mean.tensors = std::move(sum);
  mean.record["mean_of"] = names;
  return given_away(std::move(mean), output, half);
}

WeightsInfo weights_info(const fs::path& file) {
  const auto checkpoint = load_checkpoint(file);
  check_checkpoint(checkpoint, file, {"family"});
  return info_of(file, checkpoint);
}

std::string import_weights(const fs::path& workspace, const fs::path& file) { return import_checkpoint(workspace, load_checkpoint(file), file); }

std::string import_checkpoint(const fs::path& workspace, const Checkpoint& checkpoint, const fs::path& file) {
  check_checkpoint(checkpoint, file);
  const auto opened = Workspace::open(workspace);
  const auto& family = family_of(checkpoint, file);
  family.make_transfer(checkpoint, torch::kCPU);  // every tensor is there and has its shape
  const auto folder = opened.make_unique_folder(opened.runs(), family.info().id + "-imported");
  try {
    fs::create_directories(folder / "checkpoints");
    save_checkpoint(folder / "checkpoints" / "best.safetensors", checkpoint);
    RunRecord record;
    record.status.id = folder.filename().string(), record.status.family = family.info().id, record.status.preset = info_of(file, checkpoint).preset;
    record.status.device = "imported", record.status.status = "done", record.status.started = record.status.finished = utc_now();
    record.status.message = "Imported from " + file.filename().string() + ".";
    record.status.best_checkpoint = "checkpoints/best.safetensors";
    record.version = version_text();
    record.config = config_from_text(run_schema(family), checkpoint.at("config"));
    record.config_hash = sha256_of_text(canonical_text(record.config));
    record.parameters = info_of(file, checkpoint).parameters;
    if (const auto step = checkpoint.record.find("step"); step != checkpoint.record.end()) record.status.step = record.status.total_steps = std::atoll(step->second.c_str());
    save_run_record(folder, record);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    throw;
  }
  return folder.filename().string();
}

}  // namespace luthier
