#include "core/session/run_preparation.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "core/run/rng.h"
#include "core/session/content_hash.h"
#include "core/session/device.h"
#include "core/session/model_source.h"
#include "core/session/public_weights.h"
#include "core/session/resume_check.h"
#include "core/session/start_check.h"
#include "core/session/text_file.h"
#include "core/session/transfer_session.h"
#include "core/session/weights_check.h"
#include "db/label_store.h"
#include "db/pair_store.h"

namespace luthier {
namespace {

constexpr std::size_t kPairsOnTheFly = 15000;  ///< as many as system A's generator makes

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "none" : out;
}

using Index = std::map<std::int64_t, std::int64_t>;  ///< clip id -> place in the ClipSet

Index index_of(const ClipSet& clips) {
  Index index;
  for (std::size_t i = 0; i < clips.clips.size(); ++i) index[clips.clips[i].id] = static_cast<std::int64_t>(i);
  return index;
}

/// Pairs whose clips are all there; `target` 0 or absent stays unknown.
void add_pair(std::vector<ClipPair>& pairs, const Index& index, std::int64_t content, std::int64_t style, std::int64_t target) {
  const auto c = index.find(content), s = index.find(style), t = index.find(target);
  if (c == index.end() || s == index.end()) return;
  pairs.push_back({c->second, s->second, t == index.end() ? -1 : t->second});
}

std::vector<ClipPair> pairs_of_set(db::Catalog& catalog, const db::PairSetRow& set, const Index& index) {
  std::vector<ClipPair> pairs;
  for (const auto& row : catalog.pairs().pairs(set.id))
    add_pair(pairs, index, row.content.value, row.style.value, row.target ? row.target->value : 0);
  return pairs;
}

std::vector<ClipPair> saved_pairs(const std::filesystem::path& file, const Index& index) {
  std::vector<ClipPair> pairs;
  std::istringstream lines(read_text(file));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::int64_t content = 0, style = 0, target = 0;
    char comma = 0;
    if (cells >> content >> comma >> style >> comma >> target) add_pair(pairs, index, content, style, target);
  }
  return pairs;
}

/// Content and style by different labels, both for training; the target is the content's phrase by the style's label where
/// there is one.
std::vector<ClipPair> pairs_on_the_fly(const ClipSet& clips, std::uint64_t seed) {
  std::vector<std::vector<std::int64_t>> by_label(clips.labels.size());
  std::map<std::pair<std::int64_t, int>, std::int64_t> by_phrase;
  for (std::size_t i = 0; i < clips.clips.size(); ++i) {
    const auto& clip = clips.clips[i];
    if (clip.split != "train") continue;
    by_label[static_cast<std::size_t>(clip.label_index)].push_back(static_cast<std::int64_t>(i));
    if (clip.phrase >= 0) by_phrase[{clip.phrase, clip.label_index}] = static_cast<std::int64_t>(i);
  }
  std::vector<int> labels;
  for (std::size_t i = 0; i < by_label.size(); ++i)
    if (!by_label[i].empty()) labels.push_back(static_cast<int>(i));
  if (labels.size() < 2) return {};
  Rng rng(seed, 0x9A185);
  const auto count = static_cast<std::int64_t>(labels.size());
  std::vector<ClipPair> pairs;
  for (std::size_t n = 0; n < kPairsOnTheFly; ++n) {
    const auto first = rng.below(count), second = (first + 1 + rng.below(count - 1)) % count;
    const auto draw = [&](std::int64_t label) {
      const auto& of = by_label[static_cast<std::size_t>(labels[static_cast<std::size_t>(label)])];
      return of[static_cast<std::size_t>(rng.below(static_cast<std::int64_t>(of.size())))];
    };
    ClipPair pair{draw(first), draw(second), -1};
    const auto target = by_phrase.find({clips.clips[static_cast<std::size_t>(pair.content)].phrase, labels[static_cast<std::size_t>(second)]});
    if (target != by_phrase.end()) pair.target = target->second;
    pairs.push_back(pair);
  }
  return pairs;
}

bool shares_phrases(const ClipSet& clips) {
  std::map<std::int64_t, std::set<int>> labels;
  for (const auto& clip : clips.clips)
    if (clip.phrase >= 0) labels[clip.phrase].insert(clip.label_index);
  return std::any_of(labels.begin(), labels.end(), [](const auto& entry) { return entry.second.size() > 1; });
}

/// The leak guard: what is measured on is never trained on.
void keep_training_pairs(PreparedRun& run) {
  const auto trains = [&](std::int64_t clip) { return clip < 0 || run.clips->clips[static_cast<std::size_t>(clip)].split == "train"; };
  const auto dropped = std::erase_if(run.pairs, [&](const ClipPair& pair) { return !(trains(pair.content) && trains(pair.style) && trains(pair.target)); });
  if (dropped > 0)
    run.warnings.push_back(std::to_string(dropped) + " of the pairs touch validation or test clips and are left out.");
}

void find_pairs(PreparedRun& run, const TrainingRequest& request, const Workspace& workspace, db::Catalog& catalog, const DataNeeds& needs,
                const RunRecord* resumed) {
  const Index index = index_of(*run.clips);
  if (resumed) {
    run.pair_set = resumed->pair_set;
    if (resumed->pairs > 0) run.pairs = saved_pairs(workspace.runs() / resumed->status.id / "pairs.csv", index);
    return;
  }
  if (!request.pair_set.empty()) {
    const auto set = catalog.pairs().find_set(request.pair_set);
    if (!set) throw ConfigError("There is no pair set '" + request.pair_set + "'; luthierctl pairs list shows them.");
    run.pair_set = set->name;
    run.pairs = pairs_of_set(catalog, *set, index);
    if (run.pairs.empty()) throw ConfigError("No pair of the set '" + set->name + "' has both its clips among those that are trained on.");
    return;
  }
  // The newest set that fits: all of its pairs can be used. A family that asks for pairs takes any; others take known
  // targets where the clips share no phrases, which they draw from better.
  const bool phrases = shares_phrases(*run.clips);
  for (const auto& set : catalog.pairs().sets()) {
    auto pairs = pairs_of_set(catalog, set, index);
    const bool targets = std::any_of(pairs.begin(), pairs.end(), [](const ClipPair& pair) { return pair.target >= 0; });
    if (pairs.empty() || static_cast<std::int64_t>(pairs.size()) < set.pairs || !(needs.pair_set || (targets && !phrases))) continue;
    run.pair_set = set.name;
    run.pairs = std::move(pairs);
    return;
  }
  if (!needs.pair_set) return;
  run.pair_set = "made on the fly";
  run.pairs = pairs_on_the_fly(*run.clips, static_cast<std::uint64_t>(std::get<std::int64_t>(run.config.at("seed"))));
}

void check_labels(const ClipSet& clips, const DataNeeds& needs, const std::vector<SkippedClip>& skipped) {
  if (clips.clips.empty() && !skipped.empty())
    throw ConfigError("None of the " + std::to_string(skipped.size()) + " labelled clips can be used; the first, " + skipped.front().name + ": " + skipped.front().reason);
  if (clips.clips.empty())
    throw ConfigError("There is no labelled clip to train on; import sounds and give them labels first.");
  const auto labels = static_cast<int>(clips.labels.size());
  if (labels < needs.minimum_labels)
    throw ConfigError("This model needs clips of at least " + std::to_string(needs.minimum_labels) + " labels, and there are " + std::to_string(labels) +
                      " (" + joined(clips.labels) + "); label more clips, or choose more labels.");
  std::map<std::string, int> count;
  for (const auto& clip : clips.clips) ++count[clip.label];
  for (const auto& [label, number] : count)
    if (number < needs.minimum_clips_per_label)
      throw ConfigError("The label '" + label + "' has " + std::to_string(number) + " usable clip" + (number == 1 ? "" : "s") + ", and this model needs at least " +
                        std::to_string(needs.minimum_clips_per_label) + " of each; label more, or leave that label out.");
}

void check_phrases(const ClipSet& clips) {
  if (shares_phrases(clips)) return;
  throw ConfigError("This model needs the same notes played by several instruments, and no two clips of different labels share a phrase; luthierctl synth renders such clips.");
}

void check_needs(const PreparedRun& run, const DataNeeds& needs, const std::vector<SkippedClip>& skipped) {
  check_labels(*run.clips, needs, skipped);
  if (needs.phrases) check_phrases(*run.clips);
  if (needs.pair_set && run.pairs.empty())
    throw ConfigError("No pair can be made of these clips; they need at least two labels with clips for training.");
  const auto is_training = [](const ClipInfo& clip) { return clip.split == "train"; };
  if (std::none_of(run.clips->clips.begin(), run.clips->clips.end(), is_training))
    throw ConfigError("All clips are set aside for validation or test; give some the split 'train'.");
}

ClipChoice choice_of(const TrainingRequest& request, const DataNeeds& needs, const RunRecord* resumed) {
  ClipChoice choice;
  choice.labels = request.labels;
  choice.minimum_seconds = needs.minimum_seconds;
  if (!resumed) return choice;
  for (const auto& clip : resumed->clips) choice.ids.push_back(clip.id), choice.splits[clip.id] = clip.split;
  return choice;
}

void tell_skipped(PreparedRun& run, const LoadedClips& loaded) {
  run.warnings = loaded.warnings;
  for (const auto& skipped : loaded.skipped) run.warnings.push_back("Skipped " + skipped.name + ": " + skipped.reason);
}

/// What a resumed run no longer finds as it was: then its numbers differ from an unbroken run's.
void compare_clips(PreparedRun& run, const RunRecord& resumed) {
  std::map<std::int64_t, std::string> now;
  for (std::size_t i = 0; i < run.clips->clips.size(); ++i) now[run.clips->clips[i].id] = run.hashes[i];
  for (const auto& clip : resumed.clips) {
    const auto found = now.find(clip.id);
    run.clips_changed += found == now.end() || found->second != clip.hash;
  }
  if (run.clips_changed > 0)
    run.warnings.push_back(std::to_string(run.clips_changed) + " of the run's clips are gone or have changed since; it goes on with the others, but not as an unbroken run would.");
}

void find_auditions(PreparedRun& run, const TrainingRequest& request, db::Catalog& catalog, const RunRecord* resumed) {
  const auto wanted = std::get<std::int64_t>(run.config.at("auditions"));
  if (wanted == 0 || run.family->info().role != Role::translator) {
    if (!request.auditions.empty()) run.warnings.push_back(wanted == 0 ? "Auditions are off (auditions = 0): none of those named is made." : "The family '" + run.family->info().id + "' makes no auditions: none of those named is made.");
    return;
  }
  if (request.auditions.empty()) {
    run.auditions = resumed && !resumed->auditions.empty() ? resumed->auditions : choose_auditions(run.clips->clips, wanted);
    return;
  }
  run.auditions = named_auditions(catalog, request.auditions);
  for (const auto& audition : run.auditions)
    for (const auto& clip : run.clips->clips)
      if (clip.split == "train" && clip.id == audition.content)
        run.warnings.push_back("Clip " + std::to_string(clip.id) + " is auditioned and trained on: it may sound better than an unseen one.");
}

/// What the request names must be there, whatever the family makes of it.
void check_named(const TrainingRequest& request, const Workspace& workspace) {
  if (request.labels.empty() && request.auditions.empty()) return;
  const auto catalog = workspace.open_catalog();
  for (const auto& label : request.labels)
    if (!catalog->labels().find_label(label)) throw ConfigError("There is no label '" + label + "'; luthierctl stats lists them.");
  named_auditions(*catalog, request.auditions);
}

std::filesystem::path weights_to_start_from(const TrainingRequest& request, const Workspace& workspace) {
  if (request.start_from == "shipped") {
    const auto shipped = shipped_models();
    if (shipped.empty()) throw ConfigError("No shipped weights are installed; name a run or a weight file to start from.");
    return shipped.front();
  }
  if (std::filesystem::is_regular_file(request.start_from)) return request.start_from;
  return checkpoint_of_run(workspace, request.start_from);
}

}  // namespace

Config requested_config(const TrainingRequest& request, const Family& family, const RunRecord* resumed, const Checkpoint* start_from) {
  if (!resumed && start_from) {
    const Schema schema = run_schema(family);
    const Config trained = config_from_text(schema, start_from->at("config"));
    Config merged = preset_config(family, request.preset, {});
    for (const auto& setting : schema)
      if (shapes_networks(setting) && trained.count(setting.name)) merged[setting.name] = trained.at(setting.name);
    if (merged.count("ae_steps")) merged["ae_steps"] = std::int64_t{0};  // the autoencoder is trained already
    for (const auto& [name, value] : request.overrides) merged[name] = value;
    return complete(schema, merged);
  }
  if (!resumed) return preset_config(family, request.preset, request.overrides);
  Config merged = resumed->config;
  for (const auto& [name, value] : request.overrides) merged[name] = value;
  const Schema schema = run_schema(family);
  merged = complete(schema, merged);
  check_changes(schema, resumed->config, merged);
  return merged;
}

PreparedRun prepare_run(const TrainingRequest& request, const Workspace& workspace, const RunRecord* resumed, const ProgressSink& progress, std::stop_token stop) {
  PreparedRun run;
  run.family = &find_family(resumed ? resumed->status.family : request.family);
  if (run.family->info().role == Role::optimiser)
    throw ConfigError("'" + run.family->info().id + "' works on a sound directly and has nothing to train; use it with luthierctl transfer.");
  if (!resumed && !request.start_from.empty()) {
    const auto file = weights_to_start_from(request, workspace);
    run.start_from = load_checkpoint(file);
    check_checkpoint(*run.start_from, file);
    const std::string name = std::filesystem::is_regular_file(request.start_from) ? file.filename().string() : request.start_from;
    run.start_text = name + " (SHA-256 " + sha256_of_file(file) + ")";
    if (run.start_from->at("family") != run.family->info().id)
      throw ConfigError("The weights '" + request.start_from + "' are of the family '" + run.start_from->at("family") + "', not of '" + run.family->info().id + "'.");
  }
  if (!resumed) check_named(request, workspace);
  run.config = requested_config(request, *run.family, resumed, run.start_from ? &*run.start_from : nullptr);
  if (!resumed) use_public_weights(workspace, run.config);
  run.device = choose_device(request.device);
  const DataNeeds needs = run.family->needs(run.config);
  run.clips = run.family->make_clips(run.config, progress, stop);
  if (stop.stop_requested()) throw Cancelled();
  if (!run.clips) {
    const auto catalog = workspace.open_catalog();
    const ClipSources sources{*catalog, [&](const std::string& path) { return workspace.resolve(path); }, workspace.features()};
    auto loaded = load_clips(sources, choice_of(request, needs, resumed), run.family->representation(run.config), progress, stop);
    if (loaded.stopped) throw Cancelled();
    run.clips = loaded.clips;
    run.hashes = std::move(loaded.hashes);
    tell_skipped(run, loaded);
    find_pairs(run, request, workspace, *catalog, needs, resumed);
    keep_training_pairs(run);
    check_needs(run, needs, loaded.skipped);
    if (resumed) compare_clips(run, *resumed);
    find_auditions(run, request, *catalog, resumed);
  }
  for (const auto& module : run.family->modules(run.config)) run.parameters += module.parameters;
  return run;
}

void save_pairs(const std::filesystem::path& folder, const PreparedRun& run) {
  if (run.pairs.empty()) return;
  const auto& clips = run.clips->clips;
  std::string text = "content,style,target\n";
  for (const auto& pair : run.pairs)
    text += std::to_string(clips[static_cast<std::size_t>(pair.content)].id) + "," + std::to_string(clips[static_cast<std::size_t>(pair.style)].id) + "," +
            std::to_string(pair.target < 0 ? 0 : clips[static_cast<std::size_t>(pair.target)].id) + "\n";
  write_text(folder / "pairs.csv", text);
}

}  // namespace luthier
