#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <mutex>

#include "audio/resampler.h"
#include "build_info.inc"
#include "core/config/held_out.h"
#include "core/evaluate/eq_match.h"
#include "core/evaluate/judges.h"
#include "core/evaluate/metrics.h"
#include "core/evaluate/note_onsets.h"
#include "core/evaluate/peak_memory.h"
#include "core/evaluate/pitch_tracker.h"
#include "core/evaluate/protocol.h"
#include "core/evaluate/run_parallel.h"
#include "core/evaluate/single_torch_thread.h"
#include "core/evaluate/treble.h"
#include "core/families/family.h"

namespace luthier {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kClipSeconds = 8.0;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// One case, scored. Geometric columns hold logarithms until they are averaged.
struct CaseScore {
  std::map<std::string, double> values;
  std::vector<double> embeddings;
};

bool geometric(const std::string& id) { return id == "high_band" || id == "treble_energy"; }

std::vector<float> to_evaluation_rate(const audio::AudioBuffer& sound) {
  if (sound.empty()) throw EvaluationError("gave no sound");
  const std::vector<float> mono = sound.mono();
  return sound.sample_rate == kEvaluationRate ? mono : audio::resample(mono, sound.sample_rate, kEvaluationRate);
}

SystemOutput pass(audio::AudioBuffer sound) { return {std::move(sound), 0.0}; }

std::vector<NamedSystem> baseline_systems() {
  std::vector<NamedSystem> out(4);
  out[0].name = "copy content";
  out[0].run = [](const EvaluationCase& item) { return pass(item.content); };
  out[1].name = "copy style";
  out[1].run = [](const EvaluationCase& item) { return pass(item.style); };
  out[2].name = "EQ match";
  out[2].run = [](const EvaluationCase& item) {
    return pass({kEvaluationRate, eq_match(to_evaluation_rate(item.content), to_evaluation_rate(item.style))});
  };
  out[3].name = "true target";
  out[3].oracle = [](const EvaluationCase&, const audio::AudioBuffer& target) { return pass(target); };
  return out;
}

class Evaluator {
 public:
  Evaluator(const ProtocolOptions& options, const ProgressSink& progress, std::stop_token stop)
      : options_(options), progress_(progress), stop_(std::move(stop)), plan_(plan_protocol(options)), cache_(options.cache, plan_.sample_rate), judge_cache_(options.cache) {
    if (options.cache.empty()) throw EvaluationError("The evaluation needs a folder for its renders (cache).");
    if (options.threads < 1) throw EvaluationError("The evaluation needs at least one thread.");
  }

  void prepare();
  void add_row(const NamedSystem& system, double from, double to);
  void add_oracle_ratios();
  void fill_record();
  EvaluationTable table;

 private:
  EvaluationCase make_case(std::size_t index, bool swap_style);
  CaseScore score(const NamedSystem& system, std::size_t index);
  SystemOutput run(const NamedSystem& system, const EvaluationCase& item);
  void judge(const ClipAnalysis& output, std::size_t target, CaseScore& score) const;
  EvaluationRow summarise(const NamedSystem& system, const std::vector<CaseScore>& scores) const;
  Interval frechet(const std::vector<CaseScore>& scores) const;
  void report(double from, double to, const std::string& text, std::size_t done, std::size_t count, Clock::time_point start) const;
  ProgressSink part(double from, double to) const {
    if (!progress_) return {};
    return [=, this](const Progress& p) { progress_({from + (to - from) * p.fraction, p.text, p.seconds_left}); };
  }
  bool wide() const { return plan_.sample_rate != kEvaluationRate; }
  std::size_t target_index(std::size_t target, int phrase) const {
    return static_cast<std::size_t>(phrase) * plan_.targets.size() + target;
  }

  ProtocolOptions options_;
  ProgressSink progress_;
  std::stop_token stop_;
  ProtocolPlan plan_;
  RenderCache cache_, judge_cache_;
  Judges judges_;
  std::vector<audio::Phrase> phrases_;
  std::vector<ClipAnalysis> targets_;        ///< [phrase][target]
  std::vector<double> target_slopes_;        ///< [phrase][target]
  std::vector<TrebleAnalysis> target_trebles_;  ///< [phrase][target], wide protocols only
  std::mutex serial_;
};

void Evaluator::prepare() {
  cache_.prepare(plan_.renders(options_.judges), options_.threads, part(0.0, 0.15), stop_);
  if (options_.judges)
    judges_ = make_judges(plan_, judge_cache_, options_.seed, options_.threads, part(0.15, 0.27), stop_);
  for (int k = 0; k < plan_.phrases; ++k)
    phrases_.push_back(audio::make_phrase(kFirstTestPhraseSeed + static_cast<std::uint64_t>(k)));
  const std::size_t count = phrases_.size() * plan_.targets.size();
  targets_.resize(count);
  target_slopes_.resize(count);
  if (wide()) target_trebles_.resize(count);
  std::vector<bool> used(plan_.targets.size(), false);
  for (const ProtocolDirection& d : plan_.directions) used[d.target] = true;
  const auto work = [&](std::size_t i, std::size_t) {
    const std::size_t target = i % plan_.targets.size(), phrase = i / plan_.targets.size();
    if (!used[target]) return;
    const audio::AudioBuffer sound = cache_.clip(plan_.target_key(target, static_cast<int>(phrase)));
    targets_[i] = analyse_clip(to_evaluation_rate(sound));
    if (wide()) target_trebles_[i] = analyse_treble(sound);
    targets_[i].judge_mel = {};
    target_slopes_[i] = attack_slope(targets_[i], phrase_onsets(phrases_[phrase]));
  };
  run_parallel(count, options_.threads, work, counted(part(0.27, 0.3), "analysing targets", count), stop_);
}

EvaluationCase Evaluator::make_case(std::size_t index, bool swap_style) {
  const std::size_t d = index % plan_.directions.size();
  const int phrase = static_cast<int>(index / plan_.directions.size());
  const ProtocolDirection& direction = plan_.directions[d];
  EvaluationCase item;
  item.index = static_cast<int>(index);
  item.phrase_index = phrase;
  item.phrase = phrases_[static_cast<std::size_t>(phrase)];
  item.content_program = plan_.contents[direction.content].program;
  item.target_program = plan_.targets[direction.target].program;
  item.content_label = plan_.contents[direction.content].label;
  item.target_label = plan_.targets[direction.target].label;
  item.content = cache_.clip(plan_.content_key(d, phrase));
  item.style = cache_.clip(plan_.style_key(swap_style ? direction.swapped : direction.target, phrase));
  return item;
}

SystemOutput Evaluator::run(const NamedSystem& system, const EvaluationCase& item) {
  std::unique_lock lock(serial_, std::defer_lock);
  if (system.serial) lock.lock();
  audio::AudioBuffer target;
  const ProtocolDirection& direction = plan_.directions[static_cast<std::size_t>(item.index) % plan_.directions.size()];
  if (system.oracle) target = cache_.clip(plan_.target_key(direction.target, item.phrase_index));
  const auto start = Clock::now();
  SystemOutput out = system.oracle ? system.oracle(item, target) : system.run(item);
  if (out.seconds <= 0.0) out.seconds = seconds_since(start);
  return out;
}

void Evaluator::judge(const ClipAnalysis& output, std::size_t target, CaseScore& score) const {
  if (!judges_.lda) return;
  // The targets are the first classes of the judges, in the same order.
  score.values["lda"] = judges_.lda->verdict(output) == static_cast<int>(target) ? 100.0 : 0.0;
  score.values["cnn"] = judges_.cnn->verdict(output) == static_cast<int>(target) ? 100.0 : 0.0;
  score.embeddings = output.embeddings;
}

CaseScore Evaluator::score(const NamedSystem& system, std::size_t index) {
  const EvaluationCase item = make_case(index, system.swap_style);
  const std::size_t target = plan_.directions[index % plan_.directions.size()].target;
  const std::size_t at = target_index(target, item.phrase_index);
  const ClipAnalysis& truth = targets_[at];
  try {
    const SystemOutput made = run(system, item);
    const ClipAnalysis output = analyse_clip(fit_length(to_evaluation_rate(made.audio), truth.samples));
    const std::vector<NoteOnset> wanted = phrase_onsets(item.phrase);
    CaseScore out;
    auto& v = out.values;
    v["lsd"] = log_spectral_distance(output, truth);
    v["lsd_frame"] = log_spectral_distance_by_frame(output, truth);
    v["mcd"] = mel_cepstral_distortion(output, truth);
    v["mel_l1"] = mel_l1(output, truth);
    v["timbre"] = timbre_distance(output, truth);
    v["jaccard"] = pitch_jaccard_distance(output.notes, truth.notes);
    v["jaccard_phrase"] = pitch_jaccard_distance(output.notes, phrase_note_sets(item.phrase, output.notes.size()));
    v["onset_f1"] = onset_f1(output.onsets, wanted);
    v["flux"] = flux_ratio(output, truth);
    v["high_band"] = std::log(std::clamp(high_band_ratio(output, truth), 1e-9, 1e9));
    if (target_slopes_[at] > 0.0) v["attack"] = attack_slope(output, wanted) / target_slopes_[at];
    v["rtf"] = made.seconds / kClipSeconds;
    if (wide()) {
      const TrebleAnalysis treble = analyse_treble(made.audio);
      v["treble_lsd"] = treble_distance(treble, target_trebles_[at]);
      v["treble_energy"] = std::log(std::clamp(treble.energy / std::max(target_trebles_[at].energy, 1e-12), 1e-9, 1e9));
    }
    judge(output, target, out);
    return out;
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& e) {
    throw EvaluationError("System '" + system.name + "' failed on " + item.content_label + ">" + item.target_label +
                          ", phrase " + std::to_string(item.phrase.seed) + ": " + e.what());
  }
}

void Evaluator::report(double from, double to, const std::string& text, std::size_t done, std::size_t count,
                       Clock::time_point start) const {
  if (!progress_) return;
  const double share = static_cast<double>(done) / static_cast<double>(count), spent = seconds_since(start);
  const double overall = from + (to - from) * share;
  // This row's pace also stands for the rows to come.
  const double left = share > 0.02 ? spent / (share * (to - from)) * (1.0 - overall) : -1;
  progress_({overall, text + ", " + std::to_string(done) + " of " + std::to_string(count), left});
}

void Evaluator::add_row(const NamedSystem& system, double from, double to) {
  if (!system.run && !system.oracle) throw EvaluationError("System '" + system.name + "' has nothing to run.");
  const std::size_t count = plan_.cases();
  std::vector<CaseScore> scores(count);
  const auto start = Clock::now();
  PeakMemory memory;
  const SingleTorchThread single;
  run_parallel(
      count, options_.threads,
      [&](std::size_t i, std::size_t) {
        at::set_num_threads(1);
        scores[i] = score(system, i);
      },
      [&](std::size_t done) { report(from, to, system.name, done, count, start); }, stop_);
  EvaluationRow row = summarise(system, scores);
  row.peak_memory_mb = memory.peak_mb();
  table.rows.push_back(std::move(row));
}

Interval Evaluator::frechet(const std::vector<CaseScore>& scores) const {
  const std::size_t targets = plan_.targets.size(), phrases = phrases_.size();
  std::vector<std::vector<EmbeddingMoments>> moments(targets, std::vector<EmbeddingMoments>(phrases));
  for (std::size_t i = 0; i < scores.size(); ++i)
    moments[plan_.directions[i % plan_.directions.size()].target][i / plan_.directions.size()].add(scores[i].embeddings);
  const auto statistic = [&](const std::vector<int>& chosen) {
    double sum = 0.0;
    int counted_targets = 0;
    for (std::size_t t = 0; t < targets; ++t) {
      EmbeddingMoments all;
      for (int k : chosen) all.add(moments[t][static_cast<std::size_t>(k)]);
      if (all.count() < 2) continue;
      sum += frechet_distance(all, judges_.real[t]);
      ++counted_targets;
    }
    return counted_targets > 0 ? sum / counted_targets : kNaN;
  };
  return bootstrap_statistic(static_cast<int>(phrases), statistic, options_.seed, 100, true);
}

EvaluationRow Evaluator::summarise(const NamedSystem& system, const std::vector<CaseScore>& scores) const {
  const std::size_t directions = plan_.directions.size();
  EvaluationRow row;
  row.name = system.name;
  row.cases = static_cast<int>(scores.size());
  row.parameters = system.parameters;
  row.training_minutes = system.training_minutes;
  for (const CaseScore& score : scores) row.windows += static_cast<long>(score.embeddings.size() / 40);
  for (const ProtocolDirection& d : plan_.directions)
    row.directions.push_back({plan_.contents[d.content].label, plan_.targets[d.target].label, plan_.phrases, {}});
  for (const MetricInfo& metric : metric_columns()) {
    std::vector<std::vector<double>> by_phrase(phrases_.size());
    std::vector<std::vector<std::vector<double>>> by_direction(directions, std::vector<std::vector<double>>(1));
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const auto found = scores[i].values.find(metric.id);
      if (found == scores[i].values.end()) continue;
      by_phrase[i / directions].push_back(found->second);
      by_direction[i % directions].front().push_back(found->second);
    }
    const auto finish = [&](double v) { return geometric(metric.id) ? std::exp(v) : v; };
    const Interval v = bootstrap_mean(by_phrase, options_.seed);
    if (std::isnan(v.value)) continue;
    row.figures[metric.id] = {finish(v.value), finish(v.low), finish(v.high)};
    for (std::size_t d = 0; d < directions; ++d)
      row.directions[d].values[metric.id] = finish(bootstrap_mean(by_direction[d], options_.seed, 0).value);
  }
  if (judges_.lda) row.figures["fd"] = frechet(scores);
  return row;
}

void Evaluator::add_oracle_ratios() {
  const auto oracle = std::find_if(table.rows.begin(), table.rows.end(),
                                   [](const EvaluationRow& r) { return r.name.starts_with("oracle"); });
  if (oracle == table.rows.end()) return;
  for (const std::string id : {"flux", "high_band"}) {
    const double base = oracle->figures.at(id).value;
    if (!(base > 0.0)) continue;
    for (EvaluationRow& row : table.rows) {
      const Interval v = row.figures.at(id);
      row.figures[id + "_oracle"] = {v.value / base, v.low / base, v.high / base};
    }
  }
}

void Evaluator::fill_record() {
  table.protocol = options_.protocol;
  auto& r = table.record;
  r["phrases"] = std::to_string(plan_.phrases);
  r["cases"] = std::to_string(plan_.cases());
  r["directions"] = std::to_string(plan_.directions.size());
  if (!options_.directions.empty()) {
    auto& names = r["direction_names"];
    for (const auto& name : options_.directions) names += (names.empty() ? "" : ", ") + name;
  }
  r["seed"] = std::to_string(options_.seed);
  r["threads"] = std::to_string(options_.threads);
  r["content_font"] = plan_.content_font.filename().string() + " " + cache_.font_hash(plan_.content_font);
  r["target_font"] = plan_.target_font.filename().string() + " " + cache_.font_hash(plan_.target_font);
  r["test_seeds"] = std::to_string(kFirstTestPhraseSeed) + "-" + std::to_string(kFirstTestPhraseSeed + static_cast<std::uint64_t>(plan_.phrases) - 1);
  r["commit"] = kCommit;
  r["version"] = kVersion;
}

}  // namespace

EvaluationTable evaluate(const ProtocolOptions& options, const std::vector<NamedSystem>& systems,
                         const ProgressSink& progress, std::stop_token stop) {
  Evaluator evaluator(options, progress, stop);
  evaluator.fill_record();
  try {
    evaluator.prepare();
    std::vector<NamedSystem> all;
    if (options.baselines) all = baseline_systems();
    all.insert(all.end(), systems.begin(), systems.end());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto share = [&](std::size_t n) { return 0.3 + 0.7 * static_cast<double>(n) / static_cast<double>(all.size()); };
      evaluator.add_row(all[i], share(i), share(i + 1));
    }
  } catch (const Cancelled&) {
    evaluator.table.outcome = Outcome::cancelled;
  }
  evaluator.add_oracle_ratios();
  return std::move(evaluator.table);
}

}  // namespace luthier
