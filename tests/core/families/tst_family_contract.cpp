// labels: contract
// timeout: 240
// What every model family must keep, whoever wrote it. LUTHIER_FAMILY names one family (ctest runs one test per family);
// without it all are tested.
#define QT_NO_KEYWORDS  // `emit` is a name of the loop here
#include <torch/torch.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <cstdlib>
#include <set>

#include "core/families/family.h"
#include "core/training/training_loop.h"

using namespace luthier;

namespace {

/// What the contract needs to know about a family beside its own words.
struct Expectation {
  std::string overfit_figure;          ///< empty: the first, the total
  double overfit_factor = 0.8;         ///< what is left of the figure on a fixed batch after `overfit_steps`
  int overfit_steps = 60;
  Config shrink;                       ///< over the preset `tiny`, where the schema has the key
  std::set<std::string> unreached;     ///< parameters that no gradient can reach, by "module.parameter"
};

/// By "family/preset".
Expectation expectation(const std::string& which) {
  Expectation common;
  common.shrink = {{"batch", std::int64_t{4}},       {"warmup", std::int64_t{5}},       {"width", std::int64_t{32}},
                   {"deep_width", std::int64_t{48}}, {"style_width", std::int64_t{32}}, {"ae_width", std::int64_t{32}},
                   {"frames", std::int64_t{64}},     {"style_frames", std::int64_t{64}}, {"filters", std::int64_t{8}},
                   {"critic_filters", std::int64_t{8}}, {"report_width", std::int64_t{8}}, {"report_batch", std::int64_t{4}},
                   {"style_drop", 0.5}};  // so that guidance's own token is met in a few steps
  const std::map<std::string, std::function<void(Expectation&)>> special = {
      // While the hinge is in its linear part, what real and made sounds ask of the last bias cancels exactly.
      {"melgan/tiny", [](Expectation& e) {
         for (const char* i : {"0", "1", "2"}) e.unreached.insert(std::string("critic.model.disc_") + i + ".model.layer_6.bias");
         e.overfit_figure = "reconstruction";  // the total grows with the critics' skill
         e.overfit_steps = 25;
       }},
      {"cyclegan/tiny", [](Expectation& e) { e.overfit_steps = 25; }},
      {"simplegan/tiny", [](Expectation& e) { e.overfit_figure = "reconstruction", e.overfit_steps = 200; }},  // two players: neither's loss need fall
  };
  if (const auto found = special.find(which); found != special.end()) found->second(common);
  return common;
}

template <class E, class F>
std::string sentence(F&& action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

/// "bright" plays the phrase with seven harmonics, "soft" with one; same notes, same times.
audio::AudioBuffer play(int phrase, bool bright, int rate, double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  const double step = 0.3;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    const int note = static_cast<int>(t / step);
    const double hz = 220.0 * std::pow(2.0, ((phrase * 5 + note * 7) % 12) / 12.0), since = t - note * step;
    double sum = 0;
    for (int k = 1; k <= (bright ? 7 : 1) && k * hz < 0.45 * rate; ++k) sum += std::sin(2 * M_PI * k * hz * t) / k;
    samples[i] = static_cast<float>(0.3 * sum * std::exp(-(bright ? 6 : 2) * since) * std::min(1.0, since / 0.01));
  }
  return {rate, std::move(samples)};
}

std::shared_ptr<ClipSet> clips_for(const RepresentationSpec& spec, double seconds) {
  const auto representation = make_representation(spec);
  auto set = std::make_shared<ClipSet>();
  set->representation = spec;
  set->labels = {"bright", "soft"};
  constexpr int kPhrases = 6;
  for (int label = 0; label < 2; ++label)
    for (int phrase = 0; phrase < kPhrases; ++phrase) {
      ClipInfo info;
      info.id = static_cast<std::int64_t>(set->clips.size()) + 1;
      info.name = set->labels[static_cast<std::size_t>(label)] + " " + std::to_string(phrase);
      info.label = set->labels[static_cast<std::size_t>(label)];
      info.label_index = label;
      info.phrase = phrase;
      info.recording = static_cast<int>(set->clips.size());
      info.split = phrase >= kPhrases - 2 ? "validation" : "train";
      info.source = "test";
      set->clips.push_back(info);
      set->features.push_back(representation->analyse(play(phrase, label == 0, spec.sample_rate, seconds)));
    }
  return set;
}

std::vector<ClipPair> pairs_of(const ClipSet& set) {
  std::vector<ClipPair> pairs;
  const auto half = static_cast<std::int64_t>(set.size() / 2);
  for (std::int64_t i = 0; i < half; ++i)
    for (std::int64_t j = 0; j < half; ++j)
      if (set.clips[static_cast<std::size_t>(i)].split == "train" && set.clips[static_cast<std::size_t>(j)].split == "train")
        pairs.push_back({i, half + j, half + i}), pairs.push_back({half + i, j, i});
  return pairs;
}

/// Collects the modules that a trainer saves.
class ModuleCollector : public StateVisitor {
 public:
  std::vector<std::pair<std::string, torch::nn::Module*>> modules;
  void tensor(const std::string&, torch::Tensor&) override {}
  void number(const std::string&, double&) override {}
  void module(const std::string& name, torch::nn::Module& module) override { modules.emplace_back(name, &module); }
  void optimiser(const std::string&, torch::optim::Optimizer&) override {}
};

std::vector<std::pair<std::string, torch::nn::Module*>> modules_of(Trainer& trainer) {
  ModuleCollector collector;
  trainer.visit(collector);
  return collector.modules;
}

}  // namespace

class TestFamilyContract : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void everyFamilyDescribesItself_data() { rows(); }
  void everyFamilyDescribesItself();
  void everySettingKeepsToItsRange_data() { rows(); }
  void everySettingKeepsToItsRange();
  void everyPresetCompletes_data() { rows(); }
  void everyPresetCompletes();
  void gradientsReachEveryTrainableParameter_data() { rows(); }
  void gradientsReachEveryTrainableParameter();
  void oneFixedBatchIsLearnt_data() { rows(); }
  void oneFixedBatchIsLearnt();
  void theSameSeedGivesTheSameLosses_data() { rows(); }
  void theSameSeedGivesTheSameLosses();
  void aSavedModelTransfersAsBefore_data() { rows(); }
  void aSavedModelTransfersAsBefore();

 private:
  void rows();
  std::string column(const char* name) const;
  const Family& family() const;
  Expectation expected() const;
  Config tiny(const Config& more = {}) const;
  std::unique_ptr<Trainer> trainer(const Config& config);
  /// Clips in the representation that the settings ask for, made once.
  std::shared_ptr<ClipSet> clips(const Config& config);
  std::map<std::string, std::shared_ptr<ClipSet>> made_;
};

void TestFamilyContract::initTestCase() {
  torch::set_num_threads(1);
  QVERIFY(!families().empty());
}

void TestFamilyContract::rows() {
  QTest::addColumn<QString>("id");
  QTest::addColumn<QString>("preset");
  const char* only = std::getenv("LUTHIER_FAMILY");
  bool any = false;
  for (const Family* item : families())
    for (const auto& preset : item->presets())
      if ((!only || item->info().id == only) && preset.name.ends_with("tiny")) {
        QTest::newRow((item->info().id + " " + preset.name).c_str()) << QString::fromStdString(item->info().id) << QString::fromStdString(preset.name);
        any = true;
      }
  if (!any) QFAIL("no family of this build, or none that LUTHIER_FAMILY names, has a preset tiny");
}

std::string TestFamilyContract::column(const char* name) const {
  return static_cast<QString*>(QTest::qData(name, qMetaTypeId<QString>()))->toStdString();
}

const Family& TestFamilyContract::family() const { return find_family(column("id")); }

Expectation TestFamilyContract::expected() const { return expectation(column("id") + "/" + column("preset")); }

/// A preset tiny, smaller still.
Config TestFamilyContract::tiny(const Config& more) const {
  const Schema schema = run_schema(family());
  Config overrides;
  const Config preset = preset_config(family(), column("preset"));
  const auto add = [&](const Config& some, bool only_smaller) {
    for (const auto& [name, value] : some)
      for (const auto& setting : schema)
        if (setting.name == name && setting.default_value.index() == value.index() && !(only_smaller && std::holds_alternative<std::int64_t>(value) && preset.at(name) < value)) overrides[name] = value;
  };
  add(expected().shrink, true);
  add(more, false);
  return preset_config(family(), column("preset"), overrides);
}

std::shared_ptr<ClipSet> TestFamilyContract::clips(const Config& config) {
  auto& made = made_[family().representation(config).canonical_text()];
  if (!made) made = clips_for(family().representation(config), std::max(2.5, family().needs(config).minimum_seconds + 0.5));
  return made;
}

std::unique_ptr<Trainer> TestFamilyContract::trainer(const Config& config) {
  TrainingInputs inputs;
  inputs.config = config;
  inputs.clips = clips(config);
  if (family().needs(config).pair_set) inputs.pairs = pairs_of(*inputs.clips);
  return family().make_training(inputs);
}

#define NEEDS_TRAINING() \
  if (family().info().role == Role::optimiser) QSKIP("this family has nothing to train")

void TestFamilyContract::everyFamilyDescribesItself() {
  const auto info = family().info();
  QVERIFY(!info.title.empty() && !info.summary.empty());
  QVERIFY2(info.summary.ends_with('.'), info.summary.c_str());
  QVERIFY(&find_family(info.id) == &family());
  std::set<std::string> presets;
  for (const auto& preset : family().presets()) {
    QVERIFY2(presets.insert(preset.name).second, preset.name.c_str());
    QVERIFY2(preset.help.ends_with('.'), preset.help.c_str());
  }
  const auto none = sentence<ConfigError>([&] { preset_config(family(), "no_such_preset"); });
  for (const auto& name : presets) QVERIFY2(none.find(name) != std::string::npos, none.c_str());
}

void TestFamilyContract::everySettingKeepsToItsRange() {
  for (const Schema& schema : {run_schema(family()), family().transfer_schema()}) {
    std::set<std::string> names;
    for (const auto& setting : schema) {
      const auto& name = setting.name;
      QVERIFY2(names.insert(name).second, ("described twice: " + name).c_str());
      QVERIFY2(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos, name.c_str());
      QVERIFY2(setting.help.ends_with('.'), (name + ": " + setting.help).c_str());
      QVERIFY2(!setting.group.empty(), name.c_str());
      const Config defaults = complete(schema, {{name, setting.default_value}});  // the default is in its own range
      QVERIFY(parse_value(setting, to_text(setting.default_value)) == setting.default_value);
      const std::string wrong = std::holds_alternative<std::string>(setting.default_value)
                                    ? (setting.choices.empty() ? "" : "no such choice")
                                    : std::holds_alternative<bool>(setting.default_value) ? "perhaps" : "1e300";
      if (wrong.empty()) continue;
      const auto said = sentence<ConfigError>([&] { parse_value(setting, wrong); });
      QVERIFY2(said.find("'" + name + "'") != std::string::npos, (name + " -> " + said).c_str());
    }
    const Config config = complete(schema, {});
    QVERIFY(config_from_text(schema, canonical_text(config)) == config);
  }
}

void TestFamilyContract::everyPresetCompletes() {
  for (const auto& preset : family().presets()) {
    const Config config = preset_config(family(), preset.name);
    QVERIFY(config_from_text(run_schema(family()), canonical_text(config)) == config);
    const auto spec = family().representation(config);
    QVERIFY(RepresentationSpec::from_text(spec.canonical_text()) == spec);
    QVERIFY(make_representation(spec) != nullptr);
    if (family().info().role == Role::optimiser) continue;
    std::int64_t parameters = 0;
    for (const auto& module : family().modules(config)) parameters += module.parameters;
    QVERIFY2(parameters > 0, preset.name.c_str());
  }
}

void TestFamilyContract::gradientsReachEveryTrainableParameter() {
  NEEDS_TRAINING();
  const Config config = tiny();
  const auto subject = trainer(config);
  const auto phases = subject->phases();
  QVERIFY(!phases.empty());
  std::set<std::string> known, reached;
  for (int phase = 0; phase < static_cast<int>(phases.size()); ++phase) {
    const auto& planned = phases[static_cast<std::size_t>(phase)];
    QVERIFY(planned.steps > 0 && !planned.name.empty());
    subject->enter_phase(phase);
    for (std::int64_t step = 0; step < std::min<std::int64_t>(4, planned.steps); ++step) {
      Rng rng(1, static_cast<std::uint64_t>(step));
      rng.seed_defaults();
      const auto batch = subject->draw(phase, rng);
      const auto figures = subject->update(phase, batch, step, rng);
      QVERIFY(!figures.empty());
      for (const auto& [name, value] : figures) QVERIFY2(std::isfinite(value), (planned.name + " " + name).c_str());
      for (auto& [module_name, module] : modules_of(*subject))
        for (auto& parameter : module->named_parameters()) {
          const std::string name = module_name + "." + parameter.key();
          const auto& value = parameter.value();
          QVERIFY2(torch::isfinite(value).all().item<bool>(), name.c_str());
          if (value.requires_grad()) known.insert(name);
          if (value.grad().defined() && value.grad().count_nonzero().item<std::int64_t>() > 0) reached.insert(name);
        }
    }
  }
  QVERIFY(!known.empty());
  std::string missing;
  for (const auto& name : known)
    if (!reached.count(name) && !expected().unreached.count(name)) missing += " " + name;
  QVERIFY2(missing.empty(), ("no gradient reached:" + missing).c_str());
  for (const auto& [name, parameters] : family().modules(config))
    for (auto& [visited, module] : modules_of(*subject)) {
      std::int64_t count = 0;
      for (const auto& parameter : module->parameters()) count += parameter.numel();
      if (visited == name) QVERIFY2(count == parameters, (name + " has another number of parameters than modules() says").c_str());
    }
}

void TestFamilyContract::oneFixedBatchIsLearnt() {
  NEEDS_TRAINING();
  const auto wanted = expected();
  const auto subject = trainer(tiny());
  const auto phases = subject->phases();
  for (int phase = 0; phase < static_cast<int>(phases.size()); ++phase) {
    const auto& planned = phases[static_cast<std::size_t>(phase)];
    subject->enter_phase(phase);
    if (planned.steps < 2) continue;  // a phase that only measures
    Rng drawing(5, 0);
    drawing.seed_defaults();
    const auto batch = subject->draw(phase, drawing);
    double first = 0, last = 0;
    int averaged = 0;
    for (int step = 0; step < wanted.overfit_steps; ++step) {
      Rng rng(5, 1);
      rng.seed_defaults();
      const auto figures = subject->update(phase, batch, std::min<std::int64_t>(step, planned.steps - 1), rng);
      double value = figures.front().second;
      for (const auto& [name, figure] : figures)
        if (name == wanted.overfit_figure) value = figure;
      if (step == 0) first = value;
      if (step >= wanted.overfit_steps - 5) last += value, ++averaged;
    }
    last /= averaged;
    QVERIFY2(last < wanted.overfit_factor * first,
             qPrintable(QString("%1: %2 after the first step, %3 at the end").arg(planned.name.c_str()).arg(first).arg(last)));
  }
}

void TestFamilyContract::theSameSeedGivesTheSameLosses() {
  NEEDS_TRAINING();
  std::vector<std::vector<double>> runs;
  for (const std::uint64_t seed : {7u, 7u, 8u}) {
    torch::rand({static_cast<std::int64_t>(runs.size()) + 3});  // the global generator must not matter
    const auto subject = trainer(tiny());
    std::vector<double> losses;
    for (int phase = 0; phase < static_cast<int>(subject->phases().size()); ++phase) {
      subject->enter_phase(phase);
      for (std::int64_t step = 0; step < std::min<std::int64_t>(3, subject->phases()[static_cast<std::size_t>(phase)].steps); ++step) {
        Rng rng(seed, static_cast<std::uint64_t>(step));
        rng.seed_defaults();
        const auto batch = subject->draw(phase, rng);
        for (const auto& figure : subject->update(phase, batch, step, rng)) losses.push_back(figure.second);
      }
      torch::NoGradGuard guard;
      for (const auto& figure : subject->validate(phase)) {
        QVERIFY2(std::isfinite(figure.second), figure.first.c_str());
        losses.push_back(figure.second);
      }
    }
    runs.push_back(losses);
  }
  QVERIFY(!runs[0].empty());
  QVERIFY(runs[0] == runs[1]);
  QVERIFY(runs[0] != runs[2]);
}

void TestFamilyContract::aSavedModelTransfersAsBefore() {
  NEEDS_TRAINING();
  Config few;  // a few steps of every phase are enough for a file
  for (const auto& setting : family().schema())
    if ((setting.name == "steps" || setting.name.ends_with("_steps")) && std::holds_alternative<std::int64_t>(setting.default_value))
      few[setting.name] = std::max<std::int64_t>(2, static_cast<std::int64_t>(setting.minimum));
  const Config config = tiny(few);
  const auto subject = trainer(config);
  QTemporaryDir folder;
  LoopSettings settings = settings_from<LoopSettings>(config);
  LoopOutputs outputs;
  outputs.folder = folder.path().toStdString();
  outputs.emit = [](const RunEventData&) {};
  const auto spec = family().representation(config);
  outputs.record = {{"family", family().info().id}, {"config", canonical_text(config)}, {"representation", spec.canonical_text()},
                    {"labels", R"(["bright","soft"])"}};
  QVERIFY(run_training_loop(*subject, settings, nullptr, {}, outputs) == Outcome::done);
  const auto path = outputs.folder / "checkpoints" / "latest.safetensors";
  const auto checkpoint = load_checkpoint(path);

  const auto one = family().make_transfer(checkpoint, torch::kCPU), two = family().make_transfer(load_checkpoint(path), torch::kCPU);
  const auto representation = make_representation(one->representation());
  const int rate = one->representation().sample_rate;
  const auto content = representation->analyse(play(1, true, rate, 2.3)), style = representation->analyse(play(4, false, rate, 1.7));
  const Config options = complete(family().transfer_schema(), {});
  if (family().info().role == Role::vocoder) {
    const auto sound = one->decode(content, options, {});
    QVERIFY(sound == two->decode(content, options, {}));
    QVERIFY2(std::abs(static_cast<double>(sound.size()) - 2.3 * rate) < 0.1 * rate, "the sound is as long as the spectrogram");
    for (const float x : sound) QVERIFY(std::isfinite(x) && std::abs(x) < 100);
  } else {
    const auto result = one->transform(content, style, options, {}, {});
    QVERIFY(torch::equal(result, two->transform(content, style, options, {}, {})));
    QVERIFY(torch::isfinite(result).all().item<bool>());
    if (family().info().role == Role::translator) QVERIFY(result.sizes() == content.sizes());
    const auto sound = representation->invert(result, {});
    QVERIFY(sound.length() > 0);
    if (family().info().role == Role::translator)
      QVERIFY_THROWS_EXCEPTION(ConfigError, one->transform(content.narrow(1, 0, content.size(1) / 2), style, options, {}, {}));
  }

  // A stop is answered at the next step of the sampler.
  std::stop_source stop;
  int observed = 0;
  const StepObserver observer = [&](const SamplingStep& step) {
    QVERIFY(step.step >= 1 && step.step <= step.total);
    ++observed;
    stop.request_stop();
  };
  Config many = options;
  if (many.count("steps")) many["steps"] = std::int64_t{10};
  bool cancelled = false;
  try {
    if (family().info().role == Role::vocoder) {
      stop.request_stop();
      one->decode(content, options, stop.get_token());
    } else {
      one->transform(content, style, many, observer, stop.get_token());
    }
  } catch (const Cancelled&) {
    cancelled = true;
  }
  QVERIFY2(cancelled || (observed <= 1 && family().info().role != Role::vocoder), "a stop request ends in Cancelled");
  QVERIFY(observed <= 1);

  // Other families' and damaged weights.
  auto cut = checkpoint;
  std::string dropped;
  for (const auto& [name, tensor] : checkpoint.tensors)
    if (name.starts_with(checkpoint.weights_prefix(modules_of(*subject).front().first))) dropped = name;
  cut.tensors.erase(dropped);
  const auto missing = sentence<CheckpointError>([&] { family().make_transfer(cut, torch::kCPU); });
  QVERIFY2(missing.find(dropped) != std::string::npos, missing.c_str());
  Checkpoint foreign;
  foreign.record = checkpoint.record;
  foreign.tensors["model.something.weight"] = torch::zeros({2, 2});
  QVERIFY(!sentence<CheckpointError>([&] { family().make_transfer(foreign, torch::kCPU); }).empty());
  auto wordless = checkpoint;
  wordless.record.erase("config");
  QVERIFY(sentence<CheckpointError>([&] { family().make_transfer(wordless, torch::kCPU); }).find("'config'") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestFamilyContract)
#include "tst_family_contract.moc"
