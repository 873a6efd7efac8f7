#define QT_NO_KEYWORDS  // `emit` is a name of the loop here
#include <torch/torch.h>

#include <QtTest>
#include <cmath>

#include "tests/support/core_loop_bench.h"

using namespace luthier;
using namespace loop_bench;
namespace fs = std::filesystem;

/// Stopping, pausing, dropping and going on.
class TestGoingOn : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { torch::set_num_threads(1); }
  void aStoppedAndResumedRunEndsWithTheSameBits_data();
  void aStoppedAndResumedRunEndsWithTheSameBits();
  void aRunKilledAfterATimedCheckpointGoesOnWithTheSameBits();
  void aStopIsAnsweredWithinOneStepAndSkipsNoValidation();
  void aPausedRunTakesNoStepAndGoesOn();
  void aPausedRunCanBeStopped();
  void aFinishedRunIsLeftAsItIs();
  void whatCannotBeResumedIsRefusedWithASentence();
  void aDiscardedRunSavesNothing();
  void anyOrderOfPausesAndStopsEndsWithTheSameBits();
};

void TestGoingOn::aStoppedAndResumedRunEndsWithTheSameBits_data() {
  QTest::addColumn<int>("stop");
  // Inside a phase, on a validation, on the last step of a phase, on the first of the next, on the last but one, on the last.
  for (const int step : {1, 3, 5, 11, 12, 13, 20, 29, 30}) QTest::addRow("stopped after step %d", step) << step;
}

void TestGoingOn::aStoppedAndResumedRunEndsWithTheSameBits() {
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

void TestGoingOn::aRunKilledAfterATimedCheckpointGoesOnWithTheSameBits() {
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

void TestGoingOn::aStopIsAnsweredWithinOneStepAndSkipsNoValidation() {
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

void TestGoingOn::aPausedRunTakesNoStepAndGoesOn() {
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

void TestGoingOn::aPausedRunCanBeStopped() {
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

void TestGoingOn::aFinishedRunIsLeftAsItIs() {
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

void TestGoingOn::whatCannotBeResumedIsRefusedWithASentence() {
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

void TestGoingOn::aDiscardedRunSavesNothing() {
  Bench bench;
  FakeTrainer trainer;
  bench.discard = true;
  bench.stop_after(7);
  QVERIFY(bench.run(trainer) == Outcome::cancelled);
  QVERIFY(!fs::exists(bench.file("latest")));
  for (const auto& saved : bench.all<CheckpointSaved>()) QVERIFY(saved.best);
}

void TestGoingOn::anyOrderOfPausesAndStopsEndsWithTheSameBits() {
  Bench whole;
  FakeTrainer unbroken;
  QVERIFY(whole.run(unbroken) == Outcome::done);
  const auto truth = load_checkpoint(whole.file("latest"));
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Rng rng(seed, 0x90);
    Bench bench;
    Outcome outcome = Outcome::cancelled;
    int sittings = 0;
    for (; outcome != Outcome::done && sittings < 200; ++sittings) {
      FakeTrainer trainer;
      bench.stop = std::stop_source();
      std::int64_t left = rng.below(6);
      int asked = 0;
      bench.paused = [&] { return ++asked % 3 == 1 && rng.below(4) == 0; };
      bench.discard = fs::exists(bench.file("latest")) && rng.below(3) == 0;  // dropped steps are made again
      bench.on_event = [&](const RunEventData& event) {
        const bool counts = std::holds_alternative<StepDone>(event) || std::holds_alternative<ValidationDone>(event) || std::holds_alternative<PreviewReady>(event);
        if (counts && left-- == 0) bench.stop.request_stop();
      };
      const auto from = fs::exists(bench.file("latest")) ? std::optional(load_checkpoint(bench.file("latest"))) : std::nullopt;
      outcome = bench.run(trainer, from ? &*from : nullptr);
    }
    QVERIFY2(outcome == Outcome::done, "the run never ended");
    QVERIFY(sittings > 3);
    const auto made = load_checkpoint(bench.file("latest"));
    QCOMPARE(first_difference(truth.tensors, made.tensors), std::string());
  }
}

QTEST_GUILESS_MAIN(TestGoingOn)
#include "tst_going_on.moc"
