// labels: contract
// timeout: 240
#define QT_NO_KEYWORDS
#include <torch/torch.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "core/data/npz_file.h"
#include "core/families/disentangled/curriculum.h"
#include "core/families/disentangled/probe.h"
#include "core/families/disentangled/section_clips.h"
#include "core/families/family.h"

using namespace luthier;
using namespace luthier::disentangled;

namespace {

template <class Call>
std::string sentence(Call&& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

/// A chord that depends on the clip, with few or many partials by label.
audio::AudioBuffer play(int clip, int label, int rate, double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate, hz = 220 * std::pow(2.0, ((clip * 5 + static_cast<int>(t / 0.3) * 7) % 12) / 12.0);
    for (int k = 1; k <= 1 + 4 * label; ++k) samples[i] += static_cast<float>(0.1 / k * std::sin(2 * M_PI * k * hz * t));
  }
  return {rate, std::move(samples)};
}

std::shared_ptr<ClipSet> clips_of(const Settings& s, int labels, int each, double seconds = 1.5) {
  auto set = std::make_shared<ClipSet>();
  set->representation = s.spec();
  const auto representation = make_representation(set->representation);
  for (int label = 0; label < labels; ++label) {
    set->labels.push_back(std::string(1, static_cast<char>('a' + label)));
    for (int k = 0; k < each; ++k) {
      ClipInfo info;
      info.id = static_cast<std::int64_t>(set->clips.size()) + 1;
      info.label = set->labels.back(), info.label_index = label, info.phrase = k;
      info.split = each > 2 && k + 1 == each ? "validation" : "train";
      set->clips.push_back(info);
      set->features.push_back(representation->analyse(play(k, label, s.spec().sample_rate, seconds)));
    }
  }
  return set;
}

Config tiny(const Config& more = {}) { return preset_config(find_family("disentangled"), "tiny", more); }
Settings tiny_settings(const Config& more = {}) { return settings_from<Settings>(tiny(more)); }

struct Run {
  Config config;
  std::shared_ptr<ClipSet> clips;
  std::unique_ptr<Trainer> trainer;
};

Run run_of(const Config& more = {}, int labels = 2) {
  Run run;
  run.config = tiny(more);
  run.clips = clips_of(settings_from<Settings>(run.config), labels, 3);
  TrainingInputs inputs;
  inputs.config = run.config;
  inputs.clips = run.clips;
  run.trainer = find_family("disentangled").make_training(inputs);
  run.trainer->enter_phase(0);
  return run;
}

Figures step_of(Trainer& trainer, int phase, std::int64_t step) {
  Rng rng(1, static_cast<std::uint64_t>(step));
  rng.seed_defaults();
  const auto batch = trainer.draw(phase, rng);
  return trainer.update(phase, batch, step, rng);
}

double figure(const Figures& figures, const std::string& name) {
  for (const auto& [key, value] : figures)
    if (key == name) return value;
  return NAN;
}

Checkpoint checkpoint_of(Run& run) {
  StateSaver saver;
  run.trainer->visit(saver);
  Checkpoint checkpoint;
  checkpoint.record = run.trainer->record();
  checkpoint.record["family"] = "disentangled";
  checkpoint.record["config"] = canonical_text(run.config);
  checkpoint.tensors = saver.tensors;
  return checkpoint;
}

bool close(const torch::Tensor& a, const torch::Tensor& b, double tolerance) { return (a - b).abs().max().item<double>() <= tolerance; }

}  // namespace

class DisentangledTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { torch::set_num_threads(1); }

  void theCurriculumIsThePublishedTable() {
    Settings s;
    s.order = "contrast_first";
    const auto is = [](const LossWeights& w, double recon, double contrast, double margin, double independence, double adversarial, double critic) {
      return w.reconstruction == recon && w.contrast == contrast && w.margin == margin && w.independence == independence &&
             std::abs(w.adversarial - adversarial) < 1e-12 && std::abs(w.critic - critic) < 1e-12;
    };
    QVERIFY(is(curriculum_weights(s, 0, 0.5), 10, 0, 0, 0, 0, 0));
    QVERIFY(is(curriculum_weights(s, 1, 0.5), 8, 0.5, 0.5, 0, 0, 0));
    QVERIFY(is(curriculum_weights(s, 2, 0.5), 5, 0.8, 1, 0.5, 0, 0));
    QVERIFY(is(curriculum_weights(s, 3, 0.5), 3, 0.8, 1, 0.3, 0.25, 0.15));
    s.order = "independence_first";
    QVERIFY(is(curriculum_weights(s, 1, 0.5), 8, 0, 0, 0.5, 0, 0));
    QVERIFY(is(curriculum_weights(s, 2, 0.5), 5, 0.5, 0.5, 0.3, 0, 0));
    QVERIFY(is(curriculum_weights(s, 3, 1.0), 3, 0.8, 1, 0.3, 0.5, 0.3));
    s.order = "none";
    QVERIFY(is(curriculum_weights(s, 0, 0.0), 5, 0, 0, 0, 0, 0));
    QVERIFY(is(curriculum_weights(s, 0, 0.5), 5, 0.5, 0.5, 0.5, 0.5, 0.3));
  }

  void phasesShareTheStepsAsTheSettingsSay() {
    Settings s;
    s.steps = 100;
    auto phases = curriculum_phases(s);
    QCOMPARE(phases.size(), std::size_t{4});
    QCOMPARE(phases[1].name, std::string("independence"));
    QCOMPARE(phases[3].steps, 40);
    s.order = "contrast_first";
    QCOMPARE(curriculum_phases(s)[1].name, std::string("contrast"));
    for (const std::int64_t steps : {4, 5, 7, 1000}) {
      s.steps = steps;
      std::int64_t sum = 0;
      for (const auto& phase : curriculum_phases(s)) {
        QVERIFY(phase.steps >= 1);
        sum += phase.steps;
      }
      QCOMPARE(sum, steps);
    }
    s.order = "none";
    QCOMPARE(curriculum_phases(s).size(), std::size_t{1});
  }

  void sectionsComeTogetherAgain() {
    const auto s = tiny_settings();
    for (const std::int64_t frames : {5, 16, 17, 28, 100}) {
      const auto x = torch::randn({2, 7, frames});
      const auto sections = cut_sections(x, s);
      QCOMPARE(sections.size(0), section_count(frames, s));
      QCOMPARE(sections.size(2), s.window);
      QVERIFY(close(join_sections(sections, s).narrow(2, 0, frames), x, 1e-5));
    }
  }

  void tenSecondsAreFourSectionsOfThePublishedSystem() {
    const Settings report;
    QCOMPARE(report.crop(), 860);
    QCOMPARE(section_count(862, report) - 1, 4);  // two frames more than four sections
    QCOMPARE(section_count(860, report), 4);
  }

  void batchesHoldEveryLabelEquallyOften() {
    for (const int labels : {2, 3, 5}) {
      const auto s = tiny_settings({{"batch", std::int64_t{8}}});
      const SectionClips clips(clips_of(s, labels, 3), s, {});
      Rng rng(1, 0);
      std::map<std::int64_t, int> seen;
      for (int i = 0; i < 10; ++i) {
        const auto batch = clips.draw(rng);
        const auto label = batch.at("label");
        QCOMPARE(batch.at("content").sizes().vec(), (std::vector<std::int64_t>{label.size(0), s.sections, 2, s.window, s.features()}));
        QCOMPARE(batch.at("target").size(4), s.bins());
        std::map<std::int64_t, int> here;
        for (std::int64_t k = 0; k < label.size(0); ++k) ++here[label[k].item<std::int64_t>()];
        for (const auto& [index, count] : here) {
          QVERIFY(count >= 2);
          QCOMPARE(count, here.begin()->second);
          seen[index] += count;
        }
        if (labels == 2) QVERIFY(torch::equal(label, torch::tensor({0, 0, 0, 0, 1, 1, 1, 1}, torch::kLong)));
      }
      QCOMPARE(seen.size(), static_cast<std::size_t>(labels));
    }
  }

  void normalisedClipsHaveMeanZeroAndDeviationOne() {
    const auto s = tiny_settings();
    const auto set = clips_of(s, 2, 3);
    const SectionClips clips(set, s, {});
    const auto x = (set->features[0] * level_gain(set->features[0], s) - clips.mean()[0].unsqueeze(2)) / clips.deviation()[0].unsqueeze(2);
    QVERIFY(torch::isfinite(x).all().item<bool>());
    QVERIFY(x.abs().max().item<double>() < 200);
    QVERIFY(std::abs(x.square().mean().item<double>() - 1) < 0.5);
    QVERIFY(!close(clips.mean()[0], clips.mean()[1], 1e-6));
    const auto unified = tiny_settings({{"statistics", std::string("unified")}});
    const SectionClips one(set, unified, {});
    QVERIFY(close(one.deviation()[0], one.deviation()[1], 0));
  }

  void evenLevelsAreEven() {
    const auto s = tiny_settings();
    auto sound = play(1, 1, s.spec().sample_rate, 1.5);
    const auto features = make_representation(s.spec())->analyse(sound);
    double power = 0;
    for (const float x : sound.channels[0]) power += x * x;
    const double rms = std::sqrt(power / static_cast<double>(sound.length()));
    QVERIFY(std::abs(level_gain(features, s) * rms / 0.07 - 1) < 0.03);
    QCOMPARE(level_gain(torch::zeros_like(features), s), 1.0);
  }

  void stylesMayComeFromOtherClipsAndTargetsFromOtherLabels() {
    const auto s = tiny_settings({{"style_from", std::string("other")}, {"paired", 1.0}});
    const SectionClips clips(clips_of(s, 2, 4), s, {});
    QVERIFY(clips.has_pairs());
    Rng rng(1, 0);
    const auto batch = clips.draw(rng);
    QVERIFY(torch::equal(batch.at("label"), 1 - batch.at("content_label")));
    QVERIFY(!torch::equal(batch.at("style"), batch.at("content")));
  }

  void whatCannotBeTrainedOnIsSaidInOneSentence() {
    const auto s = tiny_settings();
    auto lonely = clips_of(s, 2, 3);
    for (auto& clip : lonely->clips)
      if (clip.label == "b" && clip.id != 4) clip.split = "test";
    QVERIFY(sentence([&] { SectionClips(lonely, s, {}); }).find("'b' has a single clip") != std::string::npos);
    auto brief = clips_of(s, 2, 3);
    for (auto& features : brief->features) features = features.narrow(2, 0, s.window - 1);
    std::string warning;
    const auto said = sentence([&] { SectionClips(brief, s, [&](const std::string& text) { warning = text; }); });
    QVERIFY2(said.find("has no clip to train on") != std::string::npos && said.find(" s or longer") != std::string::npos, said.c_str());
    QVERIFY(warning.find("6 clips are shorter than a section") == 0);
    QVERIFY(!sentence([&] { SectionClips(clips_of(s, 1, 3), s, {}); }).empty());
    auto foreign = s;
    foreign.cqt_bins = 48;
    QVERIFY(sentence([&] { SectionClips(clips_of(s, 2, 3), foreign, {}); }).find("another representation") != std::string::npos);
    QTemporaryDir folder;
    const auto file = folder.filePath("statistics.npz").toStdString();
    write_statistics(file, {torch::zeros({2, 597}), torch::ones({2, 597}), 0}, {"stft_cqt", 22050, 1024, 256, 84, false});
    const auto other = tiny_settings({{"statistics_files", "a=" + file}});
    QVERIFY(sentence([&] { SectionClips(clips_of(s, 2, 3), other, {}); }).find("another representation") != std::string::npos);
    const auto nobody = tiny_settings({{"statistics_files", "oboe=" + file}});
    QVERIFY(sentence([&] { SectionClips(clips_of(s, 2, 3), nobody, {}); }).find("'oboe'") != std::string::npos);
    QVERIFY(sentence([&] { find_family("disentangled").modules(tiny({{"overlap", std::int64_t{16}}})); }).find("'overlap'") != std::string::npos);
    QVERIFY(sentence([&] { find_family("disentangled").modules(tiny({{"heads", std::int64_t{5}}})); }).find("'heads'") != std::string::npos);
  }

  void clipsBetweenOneSectionAndACropAreFilledUp() {
    const auto s = tiny_settings();
    auto brief = clips_of(s, 2, 3);
    for (auto& features : brief->features) features = features.narrow(2, 0, s.window + 3).contiguous();
    const SectionClips clips(brief, s, {});
    Rng rng(1, 0);
    QVERIFY(torch::isfinite(clips.draw(rng).at("content")).all().item<bool>());
  }

  void everyPartOfTheLossHasItsPhase() {
    for (const char* order : {"independence_first", "contrast_first", "none"}) {
      auto run = run_of({{"order", std::string(order)}});
      const auto phases = run.trainer->phases();
      for (int phase = 0; phase < static_cast<int>(phases.size()); ++phase) {
        run.trainer->enter_phase(phase);
        const auto figures = step_of(*run.trainer, phase, phase + 1 == static_cast<int>(phases.size()) ? 1 : 0);
        for (const auto& [name, value] : figures) QVERIFY2(std::isfinite(value), name.c_str());
        QCOMPARE(figure(figures, "weight_contrast") > 0, std::string(order) == "none" || phase >= (std::string(order) == "contrast_first" ? 1 : 2));
        QCOMPARE(std::isfinite(figure(figures, "critic")), phase + 1 == static_cast<int>(phases.size()));
      }
    }
  }

  void learningAFixedSetLowersTheError() {
    auto run = run_of({{"own_inputs", 0.0}});
    double first = 0, last = 0;
    for (int step = 0; step < 40; ++step) {
      const double error = figure(step_of(*run.trainer, 0, step), "reconstruction");
      if (step < 3) first += error / 3;
      if (step >= 37) last += error / 3;
    }
    QVERIFY2(last < 0.95 * first, qPrintable(QString("%1 -> %2").arg(first).arg(last)));
  }

  void aResumedRunMakesTheSameSteps() {
    auto whole = run_of(), early = run_of(), late = run_of({{"seed", std::int64_t{99}}});
    for (int step = 0; step < 3; ++step) {
      step_of(*whole.trainer, 3, step);
      step_of(*early.trainer, 3, step);
    }
    whole.trainer->after_validation(3, 1.0);
    early.trainer->after_validation(3, 1.0);
    StateSaver saver;
    early.trainer->visit(saver);
    StateLoader loader(saver.tensors);
    late.trainer->visit(loader);
    for (int step = 3; step < 5; ++step) {
      const auto wanted = step_of(*whole.trainer, 3, step), given = step_of(*late.trainer, 3, step);
      QCOMPARE(given.size(), wanted.size());
      for (std::size_t i = 0; i < wanted.size(); ++i) QVERIFY2(given[i].second == wanted[i].second, wanted[i].first.c_str());
    }
  }

  void measuringChangesNothing() {
    auto run = run_of({}, 3);
    step_of(*run.trainer, 0, 0);
    StateSaver before, after;
    run.trainer->visit(before);
    {
      torch::NoGradGuard guard;
      const auto figures = run.trainer->validate(0);
      QCOMPARE(figures.front().first, std::string("free_running"));
      for (const auto& [name, value] : figures) QVERIFY2(std::isfinite(value), name.c_str());
      QCOMPARE(run.trainer->preview(0).size(), std::size_t{3});
    }
    run.trainer->visit(after);
    for (const auto& [name, tensor] : before.tensors) QVERIFY2(torch::equal(tensor, after.tensors.at(name)), name.c_str());
  }

  void theStepSizeFallsWhenValidationStandsStill() {
    auto run = run_of({{"plateau_patience", std::int64_t{1}}});
    const double start = run.trainer->learning_rate();
    for (const double criterion : {1.0, 1.0, 1.0}) run.trainer->after_validation(0, criterion);
    QVERIFY(std::abs(run.trainer->learning_rate() / start - 0.7) < 1e-9);
  }

  void aTransferTakesStylesInEveryWay() {
    auto run = run_of();
    for (int step = 0; step < 5; ++step) step_of(*run.trainer, 0, step);
    const auto& family = find_family("disentangled");
    const auto checkpoint = checkpoint_of(run);
    const auto model = family.make_transfer(checkpoint, torch::kCPU);
    const auto go = [&](const torch::Tensor& content, const Config& options) {
      return model->transform(content, run.clips->features[4], complete(family.transfer_schema(), options), {}, {});
    };
    const auto content = run.clips->features[0];
    const auto label = [&](const char* name) { return go(content, {{"style_by", std::string("label")}, {"label", std::string(name)}}); };
    const auto between = [&](double blend) {
      return go(content, {{"style_by", std::string("between")}, {"from_label", std::string("a")}, {"label", std::string("b")}, {"blend", blend}});
    };
    QCOMPARE(label("a").sizes(), content.sizes());
    QVERIFY(!torch::equal(label("a"), label("b")));
    QVERIFY(close(between(0), label("a"), 1e-3));
    QVERIFY(close(between(1), label("b"), 1e-3));
    QVERIFY(!torch::equal(between(0.5), label("a")) && !torch::equal(between(0.5), label("b")));
    // Any length, also less than a section and more than the sections of training.
    for (const std::int64_t frames : {1, 3, 15, 16, 77, 150}) {
      const auto part = content.narrow(2, 0, frames).contiguous();
      const auto made = go(part, {{"refine", std::int64_t{frames == 77 ? 2 : 0}}});
      QCOMPARE(made.sizes(), part.sizes());
      QVERIFY(torch::isfinite(made).all().item<bool>());
    }
    QVERIFY(sentence([&] { go(content, {{"style_by", std::string("label")}, {"label", std::string("oboe")}}); }).find("'oboe'") != std::string::npos);
    QVERIFY(sentence([&] { go(content, {{"content_label", std::string("oboe")}}); }).find("'oboe'") != std::string::npos);
    QVERIFY_THROWS_EXCEPTION(ConfigError, go(content.narrow(1, 0, 100), {}));
  }

  void aMatrixTellsTheContentEncoderWhereThingsAre() {
    auto run = run_of({{"content_matrix", true}, {"start_gain", 1.0}});
    const auto figures = step_of(*run.trainer, 0, 0);
    QVERIFY(std::isfinite(figures.front().second));
    const auto checkpoint = checkpoint_of(run);
    QVERIFY(checkpoint.tensors.count("model.content_encoder.cnn.matrix.weight"));
    QVERIFY(!checkpoint.tensors.count("model.style_encoder.cnn.matrix.weight"));
    find_family("disentangled").make_transfer(checkpoint, torch::kCPU);
  }

  void aLinearReadingFindsWhatIsLinear() {
    torch::manual_seed(4);
    const auto x = torch::randn({80, 6}), weights = torch::randn({6, 2});
    const auto y = torch::matmul(x, weights) + 3;
    const auto read = linear_reading(x.narrow(0, 0, 60), y.narrow(0, 0, 60), x.narrow(0, 60, 20));
    QVERIFY(close(read, y.narrow(0, 60, 20).to(torch::kDouble), 0.7));
    const auto nothing = linear_reading(torch::zeros({5, 3}), torch::ones({5, 1}), torch::zeros({2, 3}));
    QVERIFY(close(nothing, torch::ones({2, 1}, torch::kDouble), 1e-9));
  }

  void theProbeReadsBothParts() {
    auto run = run_of();
    for (int step = 0; step < 3; ++step) step_of(*run.trainer, 0, step);
    const auto settings = settings_from<Settings>(run.config);
    auto clips = clips_of(settings, 2, 8);
    for (std::size_t i = 0; i < clips->clips.size(); ++i) clips->clips[i].split = i % 2 ? "train" : "test";
    const auto probe = probe_parts(checkpoint_of(run), *clips, torch::kCPU, {});
    QCOMPARE(probe.training_clips, 8);
    QCOMPARE(probe.measured_clips, 8);
    QCOMPARE(probe.chance, 0.5);
    QVERIFY(probe.label_from_style >= 0 && probe.label_from_style <= 1);
    for (const double figure : {probe.label_from_content, probe.pitch_from_content, probe.pitch_from_style}) QVERIFY(std::isfinite(figure) && figure <= 1);
    QVERIFY(sentence([&] { probe_parts(checkpoint_of(run), *clips_of(settings, 2, 3), torch::kCPU, {}); }).find("four clips") != std::string::npos);
  }

  void aTransferIsAsLoudAsItsContent() {
    auto run = run_of();
    for (int step = 0; step < 5; ++step) step_of(*run.trainer, 0, step);
    const auto& family = find_family("disentangled");
    const auto model = family.make_transfer(checkpoint_of(run), torch::kCPU);
    const auto content = run.clips->features[0], style = run.clips->features[4];
    const auto options = complete(family.transfer_schema(), {});
    const auto one = model->transform(content, style, options, {}, {}), half = model->transform(content * 0.5, style, options, {}, {});
    QVERIFY(close(half * 2, one, 1e-3 * one.abs().max().item<double>() + 1e-6));
  }
};

QTEST_GUILESS_MAIN(DisentangledTest)
#include "tst_disentangled.moc"
