#define QT_NO_KEYWORDS  // `emit` is a name of the loop here
#include <torch/torch.h>

#include "core/training/training_loop.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <thread>

#include "tests/support/core_fake_trainer.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

/// One run into its own folder, with everything it said.
struct Bench {
  QTemporaryDir folder;
  LoopSettings settings;
  std::stop_source stop;
  std::vector<RunEventData> events;
  std::function<void(const RunEventData&)> on_event;
  std::function<bool()> paused, enough;

  Bench() {
    settings.validate_every = 5;
    settings.preview_every = 100;
    settings.checkpoint_every = 1000;
    settings.checkpoint_seconds = 3600;
    settings.ema_decay = 0.9;
  }

  fs::path file(const std::string& name) const { return fs::path(folder.path().toStdString()) / "checkpoints" / (name + ".safetensors"); }

  Outcome run(Trainer& trainer, const Checkpoint* from = nullptr) {
    LoopOutputs outputs;
    outputs.folder = folder.path().toStdString();
    outputs.record = {{"family", "fake"}};
    outputs.write_preview_image = [](const Preview&, std::int64_t step, int index) { return std::to_string(step) + "-" + std::to_string(index); };
    outputs.emit = [this](RunEventData event) {
      if (on_event) on_event(event);
      events.push_back(std::move(event));
    };
    return run_training_loop(trainer, settings, from, {stop.get_token(), paused, enough}, outputs);
  }

  /// Stops once `step` steps are done.
  void stop_after(std::int64_t step) {
    on_event = [this, step](const RunEventData& event) {
      if (const auto* done = std::get_if<StepDone>(&event); done && done->step == step) stop.request_stop();
    };
  }

  template <class E>
  std::vector<E> all() const {
    std::vector<E> found;
    for (const auto& event : events)
      if (const auto* item = std::get_if<E>(&event)) found.push_back(*item);
    return found;
  }
};

std::vector<std::pair<std::int64_t, double>> losses(const Bench& bench) {
  std::vector<std::pair<std::int64_t, double>> all;
  for (const auto& step : bench.all<StepDone>()) all.emplace_back(step.step, step.losses.front().second);
  return all;
}

std::vector<std::pair<std::int64_t, double>> criteria(const Bench& bench) {
  std::vector<std::pair<std::int64_t, double>> all;
  for (const auto& item : bench.all<ValidationDone>()) all.emplace_back(item.step, item.metrics.front().second);
  return all;
}

/// The first tensor that differs in a bit, or nothing.
std::string first_difference(const TensorMap& a, const TensorMap& b) {
  for (const auto& [name, tensor] : a) {
    const auto found = b.find(name);
    if (found == b.end()) return name + " is missing";
    if (tensor.scalar_type() != found->second.scalar_type() || !torch::equal(tensor, found->second)) return name;
  }
  return a.size() == b.size() ? "" : "more tensors";
}

template <class F>
std::string sentence(F&& action) {
  try {
    action();
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

class TestTrainingLoop : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { torch::set_num_threads(1); }
  void aRunGoesThroughItsPhasesAndLearns();
  void aStoppedAndResumedRunEndsWithTheSameBits_data();
  void aStoppedAndResumedRunEndsWithTheSameBits();
  void aRunKilledAfterATimedCheckpointGoesOnWithTheSameBits();
  void aStopIsAnsweredWithinOneStepAndSkipsNoValidation();
  void aPausedRunTakesNoStepAndGoesOn();
  void aPausedRunCanBeStopped();
  void patienceEndsTheLastPhase();
  void aRunWhoseTimeIsUpEndsAsDoneAndMeasured();
  void aLossThatIsNoNumberEndsTheRunAndSparesTheCheckpoint();
  void validationSeesTheAveragedWeights();
  void weightsAreBackInPlaceWhenValidationOrPreviewThrows();
  void theBestCheckpointHoldsTheAveragedWeightsOfTheBestStep();
  void theNextPhaseBuildsOnTheAveragedWeights();
  void aFinishedRunIsLeftAsItIs();
  void whatCannotBeResumedIsRefusedWithASentence();
  void previewsAndCheckpointsComeWhenTheyAreDue();
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

void TestTrainingLoop::aStoppedAndResumedRunEndsWithTheSameBits_data() {
  QTest::addColumn<int>("stop");
  // Inside a phase, on a validation, on the last step of a phase, on the first of the next, on the last but one, on the last.
  for (const int step : {1, 3, 5, 11, 12, 13, 20, 29, 30}) QTest::addRow("stopped after step %d", step) << step;
}

void TestTrainingLoop::aStoppedAndResumedRunEndsWithTheSameBits() {
  QFETCH(int, stop);
  Bench whole;
  FakeTrainer unbroken;
  QVERIFY(whole.run(unbroken) == Outcome::done);

  Bench parts;
  parts.stop_after(stop);
  FakeTrainer first;
  QVERIFY(parts.run(first) == Outcome::cancelled);
  QCOMPARE(first.updates, stop);
  parts.stop = std::stop_source();
  parts.on_event = nullptr;
  FakeTrainer second;
  torch::rand({100});  // what else was drawn must not matter
  const auto from = load_checkpoint(parts.file("latest"));
  QVERIFY(parts.run(second, &from) == Outcome::done);
  QCOMPARE(first.updates + second.updates, 30);

  QVERIFY(losses(parts) == losses(whole));
  QVERIFY(criteria(parts) == criteria(whole));
  const auto difference = first_difference(load_checkpoint(whole.file("latest")).tensors, load_checkpoint(parts.file("latest")).tensors);
  QVERIFY2(difference.empty(), difference.c_str());
  const auto best = first_difference(load_checkpoint(whole.file("best")).tensors, load_checkpoint(parts.file("best")).tensors);
  QVERIFY2(best.empty(), best.c_str());
}

void TestTrainingLoop::aRunKilledAfterATimedCheckpointGoesOnWithTheSameBits() {
  Bench whole;
  FakeTrainer unbroken;
  QVERIFY(whole.run(unbroken) == Outcome::done);
  for (const int killed : {4, 12, 13, 17}) {
    Bench parts;
    parts.settings.checkpoint_seconds = 0;  // after every step
    FakeTrainer first;
    struct Killed {};
    first.before_update = [&](int, std::int64_t) {
      if (first.updates > killed) throw Killed{};
    };
    bool thrown = false;
    try {
      parts.run(first);
    } catch (const Killed&) {
      thrown = true;
    }
    QVERIFY(thrown);
    parts.settings.checkpoint_seconds = 3600;
    FakeTrainer second;
    const auto from = load_checkpoint(parts.file("latest"));
    QVERIFY(std::stoi(from.at("step")) >= killed - 1);  // the end of a phase is saved with the next one's first step
    QVERIFY(parts.run(second, &from) == Outcome::done);
    const auto difference = first_difference(load_checkpoint(whole.file("latest")).tensors, load_checkpoint(parts.file("latest")).tensors);
    QVERIFY2(difference.empty(), difference.c_str());
  }
}

void TestTrainingLoop::aStopIsAnsweredWithinOneStepAndSkipsNoValidation() {
  Bench bench;
  bench.stop_after(5);  // a validation is due
  FakeTrainer trainer;
  QVERIFY(bench.run(trainer) == Outcome::cancelled);
  QCOMPARE(trainer.updates, 5);
  QCOMPARE(trainer.validations, 0);
  QCOMPARE(bench.all<CheckpointSaved>().size(), std::size_t{1});
  const auto from = load_checkpoint(bench.file("latest"));
  bench.stop = std::stop_source();
  bench.on_event = [&](const RunEventData& event) {
    if (std::holds_alternative<ValidationDone>(event)) bench.stop.request_stop();
  };
  FakeTrainer next;
  QVERIFY(bench.run(next, &from) == Outcome::cancelled);
  QCOMPARE(next.updates, 0);
  QCOMPARE(bench.all<ValidationDone>().at(0).step, std::int64_t{5});

  Bench early;
  early.stop.request_stop();
  FakeTrainer untouched;
  QVERIFY(early.run(untouched) == Outcome::cancelled);
  QCOMPARE(untouched.updates, 0);
}

void TestTrainingLoop::aPausedRunTakesNoStepAndGoesOn() {
  Bench bench;
  int asked = 0;
  FakeTrainer trainer;
  bench.paused = [&] { return trainer.updates == 7 && ++asked < 4; };
  QVERIFY(bench.run(trainer) == Outcome::done);
  QCOMPARE(trainer.updates, 30);
  const auto pauses = bench.all<RunPaused>();
  QCOMPARE(pauses.size(), std::size_t{2});
  QVERIFY(pauses[0].paused && !pauses[1].paused);
  QCOMPARE(pauses[0].step, std::int64_t{7});
  QCOMPARE(pauses[1].step, std::int64_t{7});
  Bench plain;
  FakeTrainer never_paused;
  plain.run(never_paused);
  QVERIFY(losses(bench) == losses(plain));
}

void TestTrainingLoop::aPausedRunCanBeStopped() {
  Bench bench;
  FakeTrainer trainer;
  bench.paused = [&] {
    if (trainer.updates < 3) return false;
    bench.stop.request_stop();
    return true;
  };
  QVERIFY(bench.run(trainer) == Outcome::cancelled);
  QCOMPARE(trainer.updates, 3);
  QCOMPARE(load_checkpoint(bench.file("latest")).at("step"), std::string("3"));
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

void TestTrainingLoop::aFinishedRunIsLeftAsItIs() {
  Bench bench;
  FakeTrainer trainer;
  QVERIFY(bench.run(trainer) == Outcome::done);
  const auto before = fs::last_write_time(bench.file("latest"));
  const auto from = load_checkpoint(bench.file("latest"));
  bench.events.clear();
  FakeTrainer again;
  QVERIFY(bench.run(again, &from) == Outcome::done);
  QCOMPARE(again.updates, 0);
  QVERIFY(bench.events.empty());
  QVERIFY(fs::last_write_time(bench.file("latest")) == before);
}

void TestTrainingLoop::whatCannotBeResumedIsRefusedWithASentence() {
  Bench bench;
  FakeTrainer trainer;
  QVERIFY(bench.run(trainer) == Outcome::done);
  const auto refused = [&](Checkpoint checkpoint) {
    FakeTrainer fresh;
    return sentence([&] { bench.run(fresh, &checkpoint); });
  };
  const auto latest = load_checkpoint(bench.file("latest"));
  const auto weights = refused(load_checkpoint(bench.file("best")));
  QVERIFY2(weights.find("weights only") != std::string::npos, weights.c_str());
  auto no_step = latest;
  no_step.record.erase("step");
  QVERIFY(refused(no_step).find("'step'") != std::string::npos);
  for (const char* text : {"", "many", "-3", "12x", "99999999999999999999"}) {
    auto bad = latest;
    bad.record["step"] = text;
    QVERIFY2(refused(bad).find("number of steps") != std::string::npos, text);
  }
  auto other = latest;
  other.record["step"] = "20";
  for (const char* name : {"model.head.0.weight", "ema.head.0.weight", "state.second.exp_avg", "state.rate"}) {
    auto bad = other;
    bad.tensors[name] = torch::zeros({7, 7});
    const auto said = refused(bad);
    QVERIFY2(!said.empty() && said.find('\n') == std::string::npos, name);
  }
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

QTEST_GUILESS_MAIN(TestTrainingLoop)
#include "tst_training_loop.moc"
