#include "core/session/evaluate_session.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>

#include "core/families/family.h"
#include "core/session/command_words.h"
#include "core/session/device.h"
#include "core/session/family_catalog.h"
#include "core/session/learned_directions.h"
#include "core/session/model_source.h"
#include "core/session/run_record.h"
#include "core/session/transfer_session.h"
#include "core/session/workspace.h"
#include "core/transfer/transfer_sound.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

/// One trained translator, its representation, and a lock: networks run for one case at a time, inversions side by side.
struct Loaded {
  std::string name, system;
  std::unique_ptr<FamilyTransfer> transfer;
  std::shared_ptr<const Representation> representation;
  Schema schema;
  std::int64_t parameters = 0;
  double training_minutes = -1;
  std::map<std::string, std::string> record;  ///< of the checkpoint
  std::mutex mutex;
};

/// A run, a weight file, or a family that needs no training.
LoadedModel find_model(const EvaluateRequest& request, const std::string& name) {
  for (const auto& entry : family_catalog())
    if (entry.id == name && entry.role == "optimiser") return untrained_model(name, "", {});
  std::optional<Workspace> workspace;
  if (!request.workspace.empty()) workspace = Workspace::open(request.workspace);
  return load_named_model(workspace ? &*workspace : nullptr, name, Role::translator);
}

std::shared_ptr<Loaded> load(const EvaluateRequest& request, const std::string& run, const std::string& name) {
  const LoadedModel model = find_model(request, run);
  const auto& family = *model.family;
  const auto& checkpoint = model.checkpoint;
  auto loaded = std::make_shared<Loaded>();
  loaded->transfer = family.make_transfer(checkpoint, choose_device(request.device));
  loaded->representation = make_representation(loaded->transfer->representation());
  loaded->schema = family.transfer_schema();
  const Config config = config_from_text(family.schema(), checkpoint.at("config"));
  for (const auto& module : family.modules(config)) loaded->parameters += module.parameters;
  loaded->name = !name.empty() ? name : !model.run.empty() ? model.run : model.file.empty() ? run : model.file.stem().string();
  loaded->record = checkpoint.record;
  if (const auto found = config.find("objective"); found != config.end()) loaded->system = std::get<std::string>(found->second);
  if (const auto found = checkpoint.record.find("training_minutes"); found != checkpoint.record.end())
    loaded->training_minutes = std::atof(found->second.c_str());
  else if (!model.run.empty())
    loaded->training_minutes = load_run_status(request.workspace / "runs" / model.run).seconds / 60;
  return loaded;
}

/// "temperature=0.5,eta=1" as settings of the schema. Throws ConfigError.
Config variant_settings(const Schema& schema, const std::string& text) {
  Config settings;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const auto equals = part.find('=');
    const auto setting = std::find_if(schema.begin(), schema.end(), [&](const auto& s) { return s.name == part.substr(0, equals); });
    if (equals == std::string::npos || setting == schema.end())
      throw ConfigError("'" + part + "' is no transfer setting of this model; write key=value, as in temperature=0.5.");
    settings[setting->name] = parse_value(*setting, part.substr(equals + 1));
  }
  return complete(schema, settings);
}

/// The whole way of a transfer, treble included, as a listener gets it: for contents above the model's rate.
SystemOutput run_wide_case(Loaded& loaded, const EvaluationCase& item, const Config& options, bool treble, std::stop_token stop) {
  const std::lock_guard lock(loaded.mutex);
  const auto start = std::chrono::steady_clock::now();
  SoundTransfer transfer{.model = *loaded.transfer, .options = options, .treble = treble};
  SystemOutput output;
  output.audio = transfer_sound(transfer, item.content, item.style, {}, stop);
  output.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return output;
}

SystemOutput run_case(Loaded& loaded, const EvaluationCase& item, Config options, std::stop_token stop) {
  const auto start = std::chrono::steady_clock::now();
  if (stop.stop_requested()) throw Cancelled();
  const auto content = loaded.representation->analyse(item.content);
  const auto style = loaded.representation->analyse(item.style);
  torch::Tensor result;
  std::chrono::steady_clock::duration waited;
  {
    const auto asked = std::chrono::steady_clock::now();
    const std::lock_guard lock(loaded.mutex);
    waited = std::chrono::steady_clock::now() - asked;  // for another case's turn: no time of this one
    result = loaded.transfer->transform(content, style, options, {}, stop);
  }
  InversionHints hints;
  hints.content = &item.content;
  hints.keep_going = [stop] { return !stop.stop_requested(); };
  SystemOutput output;
  output.audio = loaded.representation->invert(result, hints);
  output.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start - waited).count();
  return output;
}

/// How a row treats what lies above the model's band; `narrow`: the protocol does not look there.
enum class Treble { narrow, made, left_out };

NamedSystem row(const std::shared_ptr<Loaded>& loaded, const std::string& name, int steps, Treble treble, std::stop_token stop, const std::string& variant = "") {
  NamedSystem system;
  system.name = name;
  Config options = variant_settings(loaded->schema, variant);
  if (options.count("steps") && steps > 0) options["steps"] = std::int64_t{steps};
  system.run = [loaded, options, treble, stop](const EvaluationCase& item) {
    return treble == Treble::narrow ? run_case(*loaded, item, options, stop) : run_wide_case(*loaded, item, options, treble == Treble::made, stop);
  };
  system.parameters = static_cast<long>(loaded->parameters);
  system.training_minutes = loaded->training_minutes;
  return system;
}

}  // namespace

EvaluateRequest quick_evaluation(const fs::path& workspace, const std::string& run) {
  EvaluateRequest request;
  request.workspace = workspace;
  if (!run.empty()) request.runs = {run};
  request.steps = {1};
  request.protocol.phrases = 2;
  request.protocol.judges = false;
  return request;
}

std::string evaluate_command(const EvaluateRequest& request) {
  std::string out = "evaluate --protocol " + request.protocol.protocol + " --phrases " + std::to_string(request.protocol.phrases);
  for (const auto& run : request.runs) out += " --run " + shell_line({run});
  for (const auto& direction : request.protocol.directions) out += " --direction " + shell_line({direction});
  if (!request.steps.empty()) out += " --steps";
  for (const int steps : request.steps) out += " " + std::to_string(steps);
  for (const auto& variant : request.variants) out += " --variant " + shell_line({variant});
  if (!request.protocol.judges) out += " --no-judges";
  if (!request.swapped) out += " --no-swapped";
  if (!request.oracle) out += " --no-oracle";
  if (request.protocol.threads > 1) out += " --threads " + std::to_string(request.protocol.threads);
  if (request.device != "cpu") out += " --device " + request.device;
  return out;
}

EvaluationTable evaluate_runs(const EvaluateRequest& request, const ProgressSink& progress, std::stop_token stop) {
  std::vector<std::string> runs = request.runs;
  if (runs.empty()) {
    const auto shipped = shipped_models();
    if (shipped.empty()) throw ConfigError("No weights are shipped with this build; name a run with --run.");
    runs.push_back(shipped.front().string());
  }
  std::vector<NamedSystem> systems;
  const Treble treble = request.protocol.protocol == "t1w" ? Treble::made : Treble::narrow;
  ProtocolOptions options = request.protocol;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto loaded = load(request, runs[i], i < request.names.size() ? request.names[i] : "");
    if (!request.protocol.directions.empty()) {
      const auto learned = learned_directions(loaded->record, request.protocol.directions);
      for (const auto& direction : request.protocol.directions)
        if (std::find(learned.begin(), learned.end(), direction) == learned.end())
          throw ConfigError("'" + loaded->name + "' was not trained on the direction '" + direction + "'; leave it out, or choose a model that was.");
    } else {
      const auto known = options.directions.empty() ? protocol_directions(options.protocol) : options.directions;
      const auto learned = learned_directions(loaded->record, known);
      if (learned.empty()) throw ConfigError("'" + loaded->name + "' was not trained on any direction that is measured here; measure it alone, or with models that share one.");
      if (learned.size() < known.size()) options.directions = learned;
    }
    if (i == 0 && request.oracle) systems.push_back(oracle_system("oracle (" + loaded->representation->spec().kind + ")", loaded->representation->spec()));
    const bool sampled = loaded->system != "regression" && complete(loaded->schema, {}).count("steps");
    for (const int steps : sampled ? request.steps : std::vector<int>{0}) {
      const std::string name = steps == 0 ? loaded->name : loaded->name + ", " + std::to_string(steps) + (steps == 1 ? " step" : " steps");
      systems.push_back(row(loaded, name, steps, treble, stop));
      if (treble == Treble::made) systems.push_back(row(loaded, name + ", no treble", steps, Treble::left_out, stop));
      for (const auto& variant : request.variants)
        systems.push_back(row(loaded, name + ", " + variant, steps, treble, stop, variant));
    }
    if (!request.swapped || i > 0) continue;
    auto control = row(loaded, loaded->name + ", style swapped", request.steps.empty() ? 1 : request.steps.front(), treble, stop);
    control.swap_style = true;
    systems.push_back(control);
  }
  if (options.cache.empty()) options.cache = request.workspace.empty() ? fs::temp_directory_path() / "luthier-protocol" : request.workspace / "features" / "protocol";
  return evaluate(options, systems, progress, stop);
}

}  // namespace luthier
