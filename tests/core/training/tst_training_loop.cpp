#define QT_NO_KEYWORDS  // `emit` is a name of the loop here
#include <torch/torch.h>

#include <QtTest>
#include <cmath>

#include "core/training/epochs.h"
#include "tests/support/core_loop_bench.h"

using namespace luthier;
using namespace loop_bench;
namespace fs = std::filesystem;

class TestTrainingLoop : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { torch::set_num_threads(1); }
  void aRunGoesThroughItsPhasesAndLearns();
  void patienceEndsTheLastPhase();
  void aRunWhoseTimeIsUpEndsAsDoneAndMeasured();
  void aLossThatIsNoNumberEndsTheRunAndSparesTheCheckpoint();
  void validationSeesTheAveragedWeights();
  void weightsAreBackInPlaceWhenValidationOrPreviewThrows();
  void theBestCheckpointHoldsTheAveragedWeightsOfTheBestStep();
  void theNextPhaseBuildsOnTheAveragedWeights();
  void previewsAndCheckpointsComeWhenTheyAreDue();
  void previewsComeOnceAnEpochWhereTheRunAsksForIt();
  void auditionsGetTheAveragedWeightsOncePhasesTransfer();
};

void TestTrainingLoop::aRunWhoseTimeIsUpEndsAsDoneAndMeasured() {
  Bench bench;
  FakeTrainer trainer(12, 100);
  bench.enough = [&] { return trainer.updates >= 33; };
  QVERIFY(bench.run(trainer) == Outcome::done);
  QCOMPARE(trainer.updates, 33);
  QCOMPARE(load_checkpoint(bench.file("latest")).at("step"), std::string("33"));
  QCOMPARE(criteria(bench).back().first, std::int64_t{33});
  QVERIFY(bench.all<RunWarning>().empty());
  QVERIFY(!bench.all<PreviewReady>().empty());
  Bench early;
  FakeTrainer begun(12, 100);
  early.enough = [&] { return begun.updates >= 7; };
  QVERIFY(early.run(begun) == Outcome::done);
  QCOMPARE(early.all<RunWarning>().size(), std::size_t{1});
  QVERIFY(early.all<RunWarning>().front().message.find("'encoder'") != std::string::npos);
  // A run that was ended goes on.
  early.enough = nullptr;
  FakeTrainer rest(12, 100);
  const auto latest = load_checkpoint(early.file("latest"));
  QVERIFY(early.run(rest, &latest) == Outcome::done);
  QCOMPARE(rest.updates, 105);
}

void TestTrainingLoop::aRunGoesThroughItsPhasesAndLearns() {
  Bench bench;
  FakeTrainer trainer(40, 160);
  QVERIFY(bench.run(trainer) == Outcome::done);
  QCOMPARE(trainer.updates, 200);
  QVERIFY(trainer.entered == (std::vector<int>{0, 1}));
  const auto steps = bench.all<StepDone>();
  QCOMPARE(steps.size(), std::size_t{200});
  for (std::size_t i = 0; i < steps.size(); ++i) {
    QCOMPARE(steps[i].step, static_cast<std::int64_t>(i) + 1);
    QCOMPARE(steps[i].phase, std::string(i < 40 ? "encoder" : "head"));
    QCOMPARE(steps[i].total_steps, std::int64_t{200});
    QVERIFY(std::isfinite(steps[i].losses.front().second));
  }
  const auto measured = criteria(bench);
  QVERIFY(measured.back().second < 0.5 * measured[8].second);  // the head's first and last
  const auto latest = load_checkpoint(bench.file("latest"));
  QCOMPARE(latest.at("step"), std::string("200"));
  QCOMPARE(latest.at("phase"), std::string("head"));
  QCOMPARE(latest.at("family"), std::string("fake"));
}

void TestTrainingLoop::patienceEndsTheLastPhase() {
  Bench bench;
  bench.settings.validate_every = 2;
  bench.settings.patience = 3;
  FakeTrainer trainer(12, 40);
  trainer.criterion = [] { return 1.0; };  // never better again
  QVERIFY(bench.run(trainer) == Outcome::done);
  QCOMPARE(trainer.updates, 12 + 8);  // the first phase goes on to its end; then one best and three without
  QVERIFY(bench.all<ValidationDone>().back().best == false);
}

void TestTrainingLoop::aLossThatIsNoNumberEndsTheRunAndSparesTheCheckpoint() {
  Bench bench;
  bench.settings.checkpoint_seconds = 0;
  FakeTrainer trainer;
  trainer.broken_from = 9;
  const auto said = sentence([&] { bench.run(trainer); });
  QVERIFY2(said.find("not a number since step 9") != std::string::npos && said.find("learning rate") != std::string::npos, said.c_str());
  QCOMPARE(trainer.updates, 13);
  QCOMPARE(load_checkpoint(bench.file("latest")).at("step"), std::string("8"));

  Bench late;  // also when fewer than five steps were left
  FakeTrainer last;
  last.broken_from = 29;
  QVERIFY(!sentence([&] { late.run(last); }).empty());
  Bench passing;  // one bad step alone is lived with
  FakeTrainer once;
  int asked = 0;
  once.before_update = [&](int, std::int64_t) { once.broken_from = ++asked == 9 ? 0 : 1000; };
  QVERIFY(passing.run(once) == Outcome::done);
}

void TestTrainingLoop::validationSeesTheAveragedWeights() {
  Bench bench;
  bench.settings.validate_every = 1;
  FakeTrainer trainer(1, 3);
  std::vector<torch::Tensor> live;
  bench.on_event = [&](const RunEventData& event) {
    if (std::holds_alternative<StepDone>(event)) live.push_back(trainer.head->parameters().back().detach().clone());
  };
  torch::Tensor expected = trainer.head->parameters().back().detach().clone();
  int phase_steps = 0;
  trainer.on_validate = [&](int phase) {
    if (phase == 0) return;
    // d = min(decay, (1 + n) / (10 + n)) after n updates
    ++phase_steps;
    const double keep = std::min(0.9, (1.0 + phase_steps) / (10.0 + phase_steps));
    expected = keep * expected + (1 - keep) * live.back();
    QVERIFY(torch::allclose(trainer.seen_by_validation, expected, 1e-5, 1e-7));
    QVERIFY(!torch::allclose(trainer.seen_by_validation, live.back(), 1e-6, 1e-8));
  };
  QVERIFY(bench.run(trainer) == Outcome::done);
  QCOMPARE(phase_steps, 3);
  QVERIFY(torch::equal(trainer.head->parameters().back(), live.back()));  // the live ones are back
}

void TestTrainingLoop::weightsAreBackInPlaceWhenValidationOrPreviewThrows() {
  for (const bool in_preview : {false, true}) {
    Bench bench;
    bench.settings.preview_every = 5;
    FakeTrainer trainer;
    torch::Tensor live;
    bench.on_event = [&](const RunEventData& event) {
      if (std::holds_alternative<StepDone>(event)) live = trainer.encoder->weight.detach().clone();
    };
    if (in_preview) trainer.on_preview = [] { throw std::runtime_error("broken"); };
    else trainer.on_validate = [](int) { throw std::runtime_error("broken"); };
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, bench.run(trainer));
    QVERIFY(torch::equal(trainer.encoder->weight, live));
  }
}

void TestTrainingLoop::theBestCheckpointHoldsTheAveragedWeightsOfTheBestStep() {
  Bench bench;
  FakeTrainer trainer(5, 20);
  int count = 0;
  torch::Tensor at_best;
  trainer.criterion = [&] {
    const double values[] = {9, 5, 3, 4, 6};  // the third validation is the best of the last phase
    if (count == 2) at_best = trainer.seen_by_validation;
    return values[count++];
  };
  QVERIFY(bench.run(trainer) == Outcome::done);
  const auto best = load_checkpoint(bench.file("best"));
  QCOMPARE(best.at("step"), std::string("15"));
  QCOMPARE(best.weights_prefix("head"), std::string("ema.head."));
  QCOMPARE(best.weights_prefix("encoder"), std::string("model.encoder."));
  QVERIFY(torch::equal(best.tensors.at("ema.head.4.bias"), at_best));
  QVERIFY(best.tensors.count("ema.head.1.running_mean"));
  for (const auto& [name, tensor] : best.tensors) QVERIFY2(name.starts_with("ema.head.") || name.starts_with("model.encoder."), name.c_str());
  int announced = 0;
  for (const auto& saved : bench.all<CheckpointSaved>()) announced += saved.best;
  QCOMPARE(announced, 3);  // 9, then 5 (another phase starts anew) and 3
}

void TestTrainingLoop::theNextPhaseBuildsOnTheAveragedWeights() {
  Bench bench;
  FakeTrainer trainer(10, 5);
  torch::Tensor measured, used;
  trainer.on_validate = [&](int phase) {
    if (phase == 0) measured = trainer.encoder->weight.detach().clone();
  };
  trainer.before_update = [&](int phase, std::int64_t step) {
    if (phase == 1 && step == 0) used = trainer.encoder->weight.detach().clone();
  };
  QVERIFY(bench.run(trainer) == Outcome::done);
  QVERIFY(torch::equal(measured, used));
}

void TestTrainingLoop::previewsAndCheckpointsComeWhenTheyAreDue() {
  Bench bench;
  bench.settings.preview_every = 8;
  bench.settings.checkpoint_every = 10;
  FakeTrainer trainer;
  QVERIFY(bench.run(trainer) == Outcome::done);
  std::vector<std::int64_t> steps;
  for (const auto& item : bench.all<PreviewReady>()) {
    steps.push_back(item.step);
    QCOMPARE(item.title, std::string("fake"));
    QCOMPARE(item.image, std::to_string(item.step) + "-0");
    QCOMPARE(item.audio, std::string());  // nobody writes sounds here
  }
  QVERIFY(steps == (std::vector<std::int64_t>{8, 12, 16, 24, 30}));
  QVERIFY(fs::exists(bench.file("step-10")) && fs::exists(bench.file("step-20")) && !fs::exists(bench.file("step-30")));
  for (const auto& [name, tensor] : load_checkpoint(bench.file("step-10")).tensors)
    QVERIFY2(!name.starts_with("optim.") && !name.starts_with("state."), name.c_str());
  for (const auto& entry : fs::directory_iterator(bench.file("latest").parent_path()))
    QCOMPARE(entry.path().extension().string(), std::string(".safetensors"));  // no temporary file is left
}

void TestTrainingLoop::previewsComeOnceAnEpochWhereTheRunAsksForIt() {
  struct Counting : FakeTrainer, Epochs {
    std::int64_t epoch_steps() const override { return 7; }
  } trainer;
  Bench bench;
  bench.settings.preview_every = 0;
  QVERIFY(bench.run(trainer) == Outcome::done);
  std::vector<std::int64_t> steps;
  for (const auto& item : bench.all<PreviewReady>()) steps.push_back(item.step);
  QVERIFY(steps == (std::vector<std::int64_t>{7, 12, 14, 21, 28, 30}));
  FakeTrainer plain;  // counts none: only the ends of its phases
  Bench other;
  other.settings.preview_every = 0;
  QVERIFY(other.run(plain) == Outcome::done);
  QCOMPARE(other.all<PreviewReady>().size(), std::size_t{2});
}

void TestTrainingLoop::auditionsGetTheAveragedWeightsOncePhasesTransfer() {
  Bench bench;
  bench.settings.preview_every = 10;
  FakeTrainer trainer(12, 18);
  std::vector<std::string> heard;
  torch::Tensor given;
  bench.audition = [&](const Checkpoint& weights) {
    heard.push_back(weights.at("step") + weights.at("phase"));
    given = weights.tensors.at(weights.weights_prefix("head") + "4.bias").clone();
    for (const auto& [name, tensor] : weights.tensors) {
      if (name.starts_with("optim.")) heard.push_back(name);
    }
    return std::vector<Preview>{{"case: result", torch::zeros({4, 5}), {}, 0}};
  };
  QVERIFY(bench.run(trainer) == Outcome::done);
  QCOMPARE(heard, (std::vector<std::string>{"20head", "30head"}));  // not in the phase before the last
  QVERIFY(torch::equal(given, load_checkpoint(bench.file("latest")).tensors.at("ema.head.4.bias")));
  std::vector<std::string> told;
  for (const auto& preview : bench.all<PreviewReady>())
    if (preview.title == "case: result") told.push_back(preview.image);
  QCOMPARE(told, (std::vector<std::string>{"20-1", "30-1"}));
}

QTEST_GUILESS_MAIN(TestTrainingLoop)
#include "tst_training_loop.moc"
