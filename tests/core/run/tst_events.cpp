#include <QtTest>
#include <cmath>
#include <limits>

#include "core/run/events.h"

using namespace luthier;

class TestEvents : public QObject {
  Q_OBJECT
 private slots:
  void everyEventComesBackAsItWas();
  void figuresKeepTheirOrderAndNotANumberSurvives();
  void aLineIsOneLineWithEventAndRun();
  void textThatIsNoUtf8IsRepairedNotThrown();
  void aBrokenLineIsRefusedWithASentence();
};

static RunEvent sample(std::size_t kind) {
  const RunEventData all[] = {
      RunStarted{"latent_diffusion", "tiny", "cpu", {{"autoencoder", 10}, {"diffusion", 20}}, 30, 5, 123456, 48},
      StepDone{7, 30, "autoencoder", {{"loss", 0.5}, {"mse", 0.25}}, 1e-4, 3.5, 6.6},
      ValidationDone{10, "autoencoder", {{"mel_l1", 0.125}}, true},
      PreviewReady{10, "piano to violin, \"clip\" 12", "previews/a.png", ""},
      CheckpointSaved{10, "checkpoints/latest.safetensors", false},
      RunWarning{"a clip was skipped:\n\ttwo lines"},
      RunPaused{11, false},
      RunFinished{Outcome::cancelled, "stopped", 12, 3.25},
      RunPreparing{0.5, "reading clip 12 of 96", 3.5}};
  return {"20260131T120000Z-latent_diffusion-1", all[kind]};
}

void TestEvents::everyEventComesBackAsItWas() {
  for (std::size_t kind = 0; kind < std::variant_size_v<RunEventData>; ++kind) {
    const RunEvent event = sample(kind);
    const std::string line = to_json_line(event);
    const RunEvent back = event_from_json_line(line);
    QCOMPARE(back.run, event.run);
    QCOMPARE(back.data.index(), event.data.index());
    QCOMPARE(to_json_line(back), line);
  }
  const auto started = std::get<RunStarted>(event_from_json_line(to_json_line(sample(0))).data);
  QCOMPARE(started.phases.at(1).name, std::string("diffusion"));
  QCOMPARE(started.phases.at(1).steps, std::int64_t{20});
  QCOMPARE(started.parameters, std::int64_t{123456});
  const auto finished = std::get<RunFinished>(event_from_json_line(to_json_line(sample(7))).data);
  QVERIFY(finished.outcome == Outcome::cancelled);
  QCOMPARE(finished.seconds, 3.25);
}

void TestEvents::figuresKeepTheirOrderAndNotANumberSurvives() {
  StepDone step;
  step.losses = {{"zeta", std::numeric_limits<double>::quiet_NaN()}, {"alpha", -std::numeric_limits<double>::infinity()}, {"mid", 0.1}};
  const auto back = std::get<StepDone>(event_from_json_line(to_json_line({"r", step})).data);
  QCOMPARE(back.losses.size(), std::size_t{3});
  QCOMPARE(back.losses[0].first, std::string("zeta"));
  QVERIFY(std::isnan(back.losses[0].second));
  QVERIFY(std::isinf(back.losses[1].second) && back.losses[1].second < 0);
  QCOMPARE(back.losses[2].second, 0.1);
}

void TestEvents::aLineIsOneLineWithEventAndRun() {
  const std::string line = to_json_line(sample(5));
  QVERIFY(line.find('\n') == std::string::npos);
  QVERIFY(line.starts_with(R"({"event":"warning","run":"20260131T120000Z-latent_diffusion-1")"));
}

void TestEvents::textThatIsNoUtf8IsRepairedNotThrown() {
  const std::string line = to_json_line({"r", RunWarning{"caf\xe9"}});
  QCOMPARE(std::get<RunWarning>(event_from_json_line(line).data).message, std::string("caf\xEF\xBF\xBD"));
}

void TestEvents::aBrokenLineIsRefusedWithASentence() {
  for (const char* line : {"", "{", "[]", "{\"event\":\"step\"}", "{\"event\":\"dance\",\"run\":\"r\"}", "{\"event\":\"step\",\"run\":\"r\",\"step\":\"x\"}"})
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, event_from_json_line(line));
}

QTEST_GUILESS_MAIN(TestEvents)
#include "tst_events.moc"
