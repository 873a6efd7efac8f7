#include "core/session/vocoder_session.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/config/held_out.h"
#include "core/evaluate/protocol_plan.h"
#include "core/evaluate/vocoder_comparison.h"
#include "core/session/clip_sound.h"
#include "core/session/device.h"
#include "core/session/model_source.h"
#include "core/session/run_record.h"
#include "db/clip_store.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr double kShortest = 1.0, kLongest = 30.0;  ///< s of a compared clip

ProgressSink part(const ProgressSink& progress, double from, double to) {
  if (!progress) return {};
  return [=](const Progress& p) { progress({from + (to - from) * p.fraction, p.text, p.seconds_left < 0 ? -1 : p.seconds_left}); };
}

/// Each test phrase by the four instruments.
std::vector<VocoderClip> rendered_clips(const VocoderRequest& request, const ProgressSink& progress, std::stop_token stop) {
  ProtocolOptions options;
  options.phrases = request.phrases;
  options.main_font = request.main_font;
  const ProtocolPlan plan = plan_protocol(options);
  RenderCache cache(!request.cache.empty()       ? request.cache
                    : request.workspace.empty() ? fs::temp_directory_path() / "luthier-protocol"
                                                : request.workspace / "features" / "protocol");
  std::vector<RenderKey> keys;
  for (int phrase = 0; phrase < plan.phrases; ++phrase)
    for (std::size_t i = 0; i < plan.targets.size(); ++i) keys.push_back(plan.target_key(i, phrase));
  cache.prepare(keys, 1, progress, stop);
  std::vector<VocoderClip> clips;
  for (std::size_t i = 0; i < keys.size(); ++i)
    clips.push_back({cache.clip(keys[i]), static_cast<int>(i / plan.targets.size()),
                     plan.targets[i % plan.targets.size()].label + ", phrase " + std::to_string(keys[i].seed)});
  return clips;
}

std::vector<VocoderClip> chosen_clips(const VocoderRequest& request, std::stop_token stop) {
  if (request.workspace.empty()) throw ConfigError("Clips can only be chosen in a workspace; name one, or leave the query out.");
  const Workspace workspace = Workspace::open(request.workspace);
  const auto catalog = workspace.open_catalog();
  auto ids = catalog->clips().ids(request.clips);
  const auto all = ids.size(), most = static_cast<std::size_t>(std::max(1, request.most_clips));
  std::vector<VocoderClip> clips;
  std::map<std::int64_t, int> groups;
  for (std::size_t i = 0; i < std::min(all, most); ++i) {
    if (stop.stop_requested()) throw Cancelled();
    const auto view = catalog->clips().view(ids[all > most ? i * all / most : i]);
    if (!view || view->clip.seconds < kShortest) continue;
    auto sound = read_clip(workspace, *view);
    for (auto& channel : sound.channels) channel.resize(std::min(channel.size(), static_cast<std::size_t>(kLongest * sound.sample_rate)));
    const auto group = groups.emplace(view->clip.recording.value, static_cast<int>(groups.size())).first->second;
    clips.push_back({std::move(sound), group, view->name + " (clip " + std::to_string(view->clip.id.value) + ")"});
  }
  if (clips.empty()) throw ConfigError("No clip of at least a second answers to '" + request.clips + "'; luthierctl clips shows what there is.");
  return clips;
}

/// A loaded vocoder, which its rows share.
struct Loaded {
  LoadedModel model;
  std::shared_ptr<FamilyTransfer> transfer;
  std::string name;
  long parameters = 0;
  double training_minutes = -1;
};

Loaded load(const VocoderRequest& request, const Workspace* workspace, std::size_t index) {
  Loaded loaded;
  loaded.model = load_named_model(workspace, request.vocoders[index], Role::vocoder);
  loaded.transfer = loaded.model.family->make_transfer(loaded.model.checkpoint, choose_device(request.device));
  const auto spec = loaded.transfer->representation();
  loaded.name = index < request.names.size() ? request.names[index]
                                             : loaded.model.family->info().title + " (" + spec.kind + ", " + std::to_string(spec.bands) + " bands)";
  const Config config = config_from_text(loaded.model.family->schema(), loaded.model.checkpoint.at("config"));
  for (const auto& module : loaded.model.family->modules(config))
    if (module.name != "critic") loaded.parameters += static_cast<long>(module.parameters);
  if (workspace && !loaded.model.run.empty()) loaded.training_minutes = load_run_status(workspace->runs() / loaded.model.run).seconds / 60;
  return loaded;
}

VocoderSystem row(const Loaded& loaded, const std::string& name, const Config& options, std::stop_token stop) {
  VocoderSystem system;
  system.name = name;
  system.spec = loaded.transfer->representation();
  system.decode = [transfer = loaded.transfer, options, stop](const torch::Tensor& features) { return transfer->decode(features, options, stop); };
  system.parameters = loaded.parameters;
  system.training_minutes = loaded.training_minutes;
  return system;
}

void add_rows(std::vector<VocoderSystem>& systems, const Loaded& loaded, std::vector<int> steps, std::stop_token stop) {
  Config options = complete(loaded.model.family->transfer_schema(), {});
  const auto own = options.find("steps");
  if (own == options.end()) return systems.push_back(row(loaded, loaded.name, options, stop));
  if (steps.empty()) steps = {static_cast<int>(std::get<std::int64_t>(own->second)), 1};
  for (const int count : steps) {
    options["steps"] = std::int64_t{count};
    systems.push_back(row(loaded, loaded.name + ", " + std::to_string(count) + (count == 1 ? " step" : " steps"), complete(loaded.model.family->transfer_schema(), options), stop));
  }
}

}  // namespace

EvaluationTable evaluate_vocoders(const VocoderRequest& request, const ProgressSink& progress, std::stop_token stop) {
  if (request.vocoders.empty()) throw ConfigError("Name at least one vocoder: a run of melgan or guidediff, or a weight file.");
  std::optional<Workspace> workspace;
  if (!request.workspace.empty()) workspace = Workspace::open(request.workspace);
  std::vector<Loaded> loaded;
  for (std::size_t i = 0; i < request.vocoders.size(); ++i) loaded.push_back(load(request, workspace ? &*workspace : nullptr, i));
  std::vector<VocoderSystem> systems;
  for (const auto& one : loaded) {
    const auto spec = one.transfer->representation();
    if (std::none_of(systems.begin(), systems.end(), [&](const VocoderSystem& s) { return s.spec == spec; })) systems.push_back(griffin_lim_system(spec));
  }
  for (const auto& one : loaded) add_rows(systems, one, request.steps, stop);
  try {
    const auto clips = request.clips.empty() ? rendered_clips(request, part(progress, 0, 0.1), stop) : chosen_clips(request, stop);
    auto table = compare_vocoders(clips, systems, part(progress, 0.1, 1), stop);
    table.record["clips_from"] = request.clips.empty() ? "unseen phrases by four instruments" : "clips: " + request.clips;
    return table;
  } catch (const Cancelled&) {
    EvaluationTable none;
    none.outcome = Outcome::cancelled;
    none.protocol = "vocoders";
    return none;
  }
}

}  // namespace luthier
