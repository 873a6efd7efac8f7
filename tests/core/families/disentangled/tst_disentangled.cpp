// labels: contract
// timeout: 240
#define QT_NO_KEYWORDS
#include <torch/torch.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "core/data/npz_file.h"
#include "core/families/disentangled/curriculum.h"
#include "core/families/disentangled/disentangled_transfer.h"
#include "core/families/disentangled/section_clips.h"
#include "core/families/family.h"
#include "core/families/planned.h"
#include "tests/support/core_disentangled.h"

using namespace luthier;
using namespace luthier::disentangled;
using namespace disentangled_test;

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

  void theTimelineIsTheCurriculumDrawn() {
    const auto& family = find_family("disentangled");
    const auto& planned = dynamic_cast<const Planned&>(family);
    const auto timeline = planned.timeline(preset_config(family, "report"));
    QCOMPARE(timeline.phases.size(), std::size_t{4});
    QCOMPARE(timeline.curves.size(), std::size_t{6});
    using Points = std::vector<std::pair<double, double>>;
    QCOMPARE(timeline.curves[0].name, std::string("reconstruction"));
    QCOMPARE(timeline.curves[0].points, (Points{{0, 10}, {480, 10}, {480, 8}, {960, 8}, {960, 5}, {1440, 5}, {1440, 3}, {2400, 3}}));
    QCOMPARE(timeline.curves[4].name, std::string("adversarial"));
    QCOMPARE(timeline.curves[4].points.back(), (std::pair<double, double>{2400, 0.5}));
    const auto fixed = planned.timeline(preset_config(family, "report_fixed", {{"adversarial", 0.0}}));
    QCOMPARE(fixed.curves.size(), std::size_t{5});  // what never counts is not drawn
    QCOMPARE(fixed.curves[1].points, (Points{{0, 0}, {120, 0.5}, {2400, 0.5}}));
    QVERIFY(sentence([&] { planned.timeline(preset_config(family, "report", {{"phase_1_end", 0.5}})); }).find("must rise") != std::string::npos);
    QVERIFY(!dynamic_cast<const Planned*>(&find_family("simplegan")));
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

  void whatIsFilledUpIsTheSoundPlayedBackwards() {
    const auto s = tiny_settings();
    const auto representation = make_representation(s.spec());
    auto sound = play(1, 1, s.spec().sample_rate, 1.0);
    auto& samples = sound.channels[0];
    samples.resize(static_cast<std::size_t>(40 * s.hop + 1));
    const auto features = representation->analyse(sound);
    QCOMPARE(features.size(2), std::int64_t{41});
    samples.insert(samples.end(), samples.rbegin() + 1, samples.rend());
    const auto whole = representation->analyse(sound), filled = to_and_fro(features, 81);
    QCOMPARE(filled.sizes(), whole.sizes());
    QVERIFY(close(filled.narrow(1, 0, s.bins()), whole.narrow(1, 0, s.bins()), 2e-3));
    QVERIFY(torch::equal(to_and_fro(features, 30), features));
    QCOMPARE(to_and_fro(features.narrow(2, 0, 1), 5).size(2), std::int64_t{5});
  }

  void meanStylesAreOfAllTrainingClips() {
    const auto s = tiny_settings();
    const SectionClips clips(clips_of(s, 2, 12), s, {});
    const auto places = clips.style_places(1, 100, 3);
    QCOMPARE(places.size(), std::size_t{33});  // eleven clips, three crops of each
    QCOMPARE(places[0].start, std::int64_t{0});
    QVERIFY(places[2].start > places[1].start && places[1].start > 0);
    QCOMPARE(clips.style_places(0, 4, 1).size(), std::size_t{4});
    auto run = run_of();
    step_of(*run.trainer, 0, 0);
    StateSaver before, after;
    run.trainer->visit(before);
    for (int step = 1; step < 4; ++step) step_of(*run.trainer, 0, step);
    torch::NoGradGuard guard;
    run.trainer->validate(0);
    const auto checkpoint = checkpoint_of(run);
    const auto networks = load_networks(checkpoint, s, torch::kCPU);
    const SectionClips own(run.clips, s, {});
    const auto styles = networks->styles(own.sections_at(own.style_places(1, 100, 3)), {}).mean(0);
    QVERIFY(close(networks->class_styles->value[1], styles, 1e-4));
    QVERIFY(!close(networks->class_styles->value, before.tensors.at("model.class_styles.value"), 1e-5));
  }

  void tenSecondsAreFourSectionsOfThePublishedSystem() {
    const Settings report;
    QCOMPARE(report.crop(), 860);
    QCOMPARE(section_count(862, report) - 1, 4);  // two frames more than four sections
    QCOMPARE(section_count(860, report), 4);
    const auto heard = [&](std::int64_t frames) { return section_count(heard_part(torch::zeros({2, 1, frames}), report).size(2), report); };
    QCOMPARE(heard(862), 4);  // a tail of 98 frames is dropped …
    QCOMPARE(heard(764 + 143), 4);
    QCOMPARE(heard(764 + 144), 5);  // … half a section is not
    QCOMPARE(heard(100), 1);
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
    const auto content = clips.draw(rng).at("content");
    QVERIFY(torch::isfinite(content).all().item<bool>());
    QVERIFY(content.select(1, s.sections - 1).abs().max().item<double>() > 0.1);  // no silence
    std::string warning;
    SectionClips(brief, s, [&](const std::string& text) { warning = text; });
    QVERIFY2(warning.find("6 clips are shorter than the 6 sections of a crop") == 0, warning.c_str());
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
    for (const auto& [name, tensor] : before.tensors)
      if (name != "model.class_styles.value") QVERIFY2(torch::equal(tensor, after.tensors.at(name)), name.c_str());
  }

  void theStepSizeFallsWhenValidationStandsStill() {
    auto run = run_of({{"plateau_patience", std::int64_t{1}}});
    const double start = run.trainer->learning_rate();
    for (const double criterion : {1.0, 1.0, 1.0}) run.trainer->after_validation(0, criterion);
    QVERIFY(std::abs(run.trainer->learning_rate() / start - 0.7) < 1e-9);
  }
};

QTEST_GUILESS_MAIN(DisentangledTest)
#include "tst_disentangled.moc"
