// timeout: 300
// What a run of a generator or of a vocoder is for: samples, and a table of reconstructions.
#include <torch/torch.h>

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "audio/reader.h"
#include "core/session/analysis_session.h"
#include "core/session/evaluate_session.h"
#include "core/session/sample_session.h"
#include "core/session/training_session.h"
#include "core/session/vocoder_session.h"
#include "tests/support/core_workspace.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

struct Quiet : RunListener {
  std::string run, message;
  std::int64_t total = 0;
  void on_event(const RunEvent& event) override {
    run = event.run;
    if (const auto* started = std::get_if<RunStarted>(&event.data)) total = started->total_steps;
    if (const auto* finished = std::get_if<RunFinished>(&event.data)) message = finished->message;
  }
};

template <class E, class F>
QString sentence(F&& action) {
  try {
    action();
  } catch (const E& error) {
    return QString::fromUtf8(error.what());
  }
  return {};
}

}  // namespace

class TestGeneratorsAndVocoders : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() {
    torch::set_num_threads(1);
    workspace_ = make_test_workspace(fs::path(folder_.path().toStdString()) / "w", 5);
    simplegan_ = train_for("simplegan", {{"steps", std::int64_t{6}}});
    melgan_ = train_for("melgan", {{"steps", std::int64_t{3}}});
    guidediff_ = train_for("guidediff", {{"steps", std::int64_t{3}}});
  }

  void aSampleIsWrittenWithItsRecord() {
    SampleRequest request = sample_request("a.wav");
    request.image = at("a.png");
    request.features = at("a.npy");
    request.latent = {2.0, -1.0};
    request.options = {{"pictures", std::int64_t{2}}};
    const auto result = sample(request, {}, {});
    QVERIFY2(result.outcome == Outcome::done, result.message.c_str());
    const auto sound = audio::read_audio(result.output);
    QCOMPARE(sound.sample_rate, 16000);
    QVERIFY(sound.seconds() > 0.5 && sound.seconds() == result.sample.sound.seconds());
    QCOMPARE(result.sample.decibels.size(), static_cast<std::size_t>(result.sample.bins * result.sample.frames));
    QVERIFY(fs::file_size(request.image) > 5000);
    nlohmann::json record;
    std::ifstream(result.record) >> record;
    QCOMPARE(record.at("options").at("axis_2").get<double>(), -1.0);
    QCOMPARE(record.at("run").get<std::string>(), simplegan_);
    // The features are what luthierctl invert reads.
    InversionRequest inversion;
    inversion.input = request.features;
    inversion.output = at("inverted.wav");
    inversion.iterations = 2;
    invert_spectrogram(inversion, {});
    QVERIFY(std::abs(audio::read_audio(inversion.output).seconds() - sound.seconds()) < 0.02);
    QVERIFY(sample(request, {}, {}).message.find("never overwritten") != std::string::npos);
  }

  void theSameNoiseGivesTheSameBitsAndSlidersMoveThem() {
    const SampleMaker maker(workspace_->folder(), simplegan_, "", "", "cpu");
    const auto plain = maker.make(maker.with_latent({}, {}), true, {});
    QVERIFY(plain.decibels == maker.make(maker.with_latent({}, {}), false, {}).decibels);
    QVERIFY(plain.sound.channels == maker.make(maker.with_latent({}, {}), true, {}).sound.channels);
    QVERIFY(plain.decibels != maker.make(maker.with_latent({}, {0, 0, 3}), false, {}).decibels);
    QVERIFY(sentence<ConfigError>([&] { maker.with_latent({}, std::vector<double>(9, 0.0)); }).contains("8 sliders"));
    QVERIFY(sentence<ConfigError>([&] { maker.with_latent({}, {99}); }).contains("axis_1"));
  }

  void whatCannotBeSampledHasASentence() {
    auto request = sample_request("b.wav");
    request.run = melgan_;
    QVERIFY(sample(request, {}, {}).message.find("generator (noise to sound) is needed") != std::string::npos);
    request.run.clear();
    QVERIFY(sample(request, {}, {}).message.find("Name a run") != std::string::npos);
    request = sample_request("b.wav");
    request.vocoder = melgan_;
    QVERIFY(sample(request, {}, {}).message.find("trained on other spectrograms") != std::string::npos);
    const auto stop = std::make_unique<std::stop_source>();
    stop->request_stop();
    QVERIFY(sample(sample_request("b.wav"), {}, stop->get_token()).outcome == Outcome::cancelled);
    QVERIFY(!fs::exists(at("b.wav")));
  }

  void vocodersStandBesideGriffinLimOnTheSameClips() {
    VocoderRequest request;
    request.workspace = workspace_->folder();
    request.vocoders = {melgan_, guidediff_};
    request.names = {"mine"};
    request.clips = "inst:bell";
    request.most_clips = 3;
    request.steps = {2};
    const auto table = evaluate_vocoders(request, {}, {});
    QCOMPARE(table.protocol, std::string("vocoders"));
    QCOMPARE(table.rows.size(), std::size_t{4});  // the two take different spectrograms
    QVERIFY(table.rows[0].name.starts_with("Griffin-Lim (log10_mel") && table.rows[1].name.starts_with("Griffin-Lim (log_mel"));
    QCOMPARE(table.rows[2].name, std::string("mine"));
    QVERIFY(table.rows[3].name.ends_with(", 2 steps"));
    for (const auto& row : table.rows) {
      QCOMPARE(row.cases, 3);
      for (const char* id : {"sc", "lsd", "mel_l1", "jaccard", "rtf"}) QVERIFY2(std::isfinite(row.figures.at(id).value), id);
    }
    // Three steps of training make no vocoder: Griffin-Lim must be far ahead.
    QVERIFY(table.rows[0].figures.at("sc").value < 0.5 * table.rows[2].figures.at("sc").value);
    QVERIFY(table.rows[2].training_minutes >= 0 && table.rows[0].training_minutes < 0);
    QVERIFY(table.rows[2].parameters > 0);
  }

  void whatCannotBeComparedHasASentence() {
    VocoderRequest request;
    request.workspace = workspace_->folder();
    QVERIFY(sentence<ConfigError>([&] { evaluate_vocoders(request, {}, {}); }).contains("at least one vocoder"));
    request.vocoders = {simplegan_};
    QVERIFY(sentence<ConfigError>([&] { evaluate_vocoders(request, {}, {}); }).contains("vocoder (spectrogram to sound) is needed"));
    request.vocoders = {melgan_};
    request.clips = "inst:kazoo";
    QVERIFY(sentence<ConfigError>([&] { evaluate_vocoders(request, {}, {}); }).contains("inst:kazoo"));
  }

  void aTimeFillsTheStepsAndEndsTheRun() {
    TrainingRequest request = training("pix2pix", {});
    request.minutes = 0.03;
    Quiet events;
    QElapsedTimer timer;
    timer.start();
    QVERIFY2(train(request, events, {}) == Outcome::done, events.message.c_str());
    const auto run = read_run(workspace_->folder(), events.run);
    QCOMPARE(run.status, std::string("done"));
    QVERIFY(run.step >= 1 && run.step <= run.total_steps);
    QVERIFY2(events.total != 200, "the preset's number of steps stood");
    QVERIFY(!run.best_checkpoint.empty());
    request.overrides = {{"steps", std::int64_t{2}}};
    QVERIFY(train(request, events, {}) == Outcome::done);
    QCOMPARE(events.total, std::int64_t{2});
    // It learned one way, and no other is measured with it.
    EvaluateRequest backwards;
    backwards.workspace = workspace_->folder();
    backwards.runs = {events.run};
    backwards.protocol.directions = {"violin>piano"};
    const auto said = sentence<ConfigError>([&] { evaluate_runs(backwards, {}, {}); });
    QVERIFY2(said.contains("was not trained on the direction 'violin>piano'"), qPrintable(said));
  }

 private:
  fs::path at(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }
  SampleRequest sample_request(const char* name) const {
    SampleRequest request;
    request.workspace = workspace_->folder();
    request.run = simplegan_;
    request.device = "cpu";
    request.output = at(name);
    return request;
  }
  TrainingRequest training(const std::string& family, const Config& overrides) const {
    TrainingRequest request;
    request.workspace = workspace_->folder();
    request.family = family;
    request.preset = "tiny";
    request.overrides = overrides;
    request.device = "cpu";
    return request;
  }
  std::string train_for(const std::string& family, const Config& overrides) const {
    Quiet events;
    if (train(training(family, overrides), events, {}) != Outcome::done) qFatal("%s", events.message.c_str());
    return events.run;
  }
  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::string simplegan_, melgan_, guidediff_;
};

QTEST_GUILESS_MAIN(TestGeneratorsAndVocoders)
#include "tst_generators_and_vocoders.moc"
