// timeout: 300
#include "core/session/transfer_session.h"

#include <torch/torch.h>

#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "audio/reader.h"
#include "core/session/training_session.h"
#include "core/signal/representation.h"
#include "core/training/checkpoint.h"
#include "db/transfer_store.h"
#include "tests/support/core_tiny_run.h"
#include "tests/support/core_workspace.h"

using namespace luthier;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
  std::ostringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

}  // namespace

class TestTransferSession : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void aFileAndAClipGiveAResultWithItsRecord();
  void optionsReachTheModelAndWrongOnesAreRefused();
  void anExistingOutputIsNeverOverwritten();
  void everyMistakeHasASentence_data();
  void everyMistakeHasASentence();
  void aStopWritesNothing();
  void withoutAnOutputItGoesIntoTheWorkspace();
  void shippedWeightsAreFoundByTheirFolder();
  void everyStepCanBeHeardAndTheLastIsTheResult();
  void aStepIsKeptAsAResultOfItsOwn();
  void stepsOfACancelledTransferStay();

 private:
  TransferRequest request() const {
    TransferRequest out;
    out.workspace = workspace_->folder();
    out.run = run_;
    out.content = (workspace_->audio() / "bell1.wav").string();
    out.style = "4";
    out.device = "cpu";
    out.output = fresh("result.wav");
    return out;
  }
  fs::path fresh(const std::string& name) const {
    static int count = 0;
    const fs::path folder = fs::path(folder_.path().toStdString()) / ("out" + std::to_string(++count));
    return folder / name;
  }
  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::string run_;
};

void TestTransferSession::initTestCase() {
  torch::set_num_threads(1);
  workspace_ = make_test_workspace(fs::path(folder_.path().toStdString()) / "w", 4);
  run_ = train_tiny_run(*workspace_);
  QVERIFY2(!run_.starts_with("failed"), run_.c_str());
}

void TestTransferSession::aFileAndAClipGiveAResultWithItsRecord() {
  auto wanted = request();
  wanted.image = fresh("picture.png");
  int steps = 0;
  double last = 0;
  TransferStep seen;
  TransferListener listener;
  listener.step = [&](const TransferStep& step) {
    ++steps;
    seen = step;
    QCOMPARE(step.bins, 48);
    QCOMPARE(step.decibels.size(), static_cast<std::size_t>(step.bins * step.frames));
  };
  listener.progress = [&](double fraction, const std::string&) { last = fraction; };
  const auto result = transfer(wanted, listener, {});
  QVERIFY2(result.outcome == Outcome::done, result.message.c_str());
  QVERIFY(steps > 0);
  QCOMPARE(last, 1.0);
  const auto sound = audio::read_audio(result.output);
  QCOMPARE(sound.length(), result.content.length());
  QCOMPARE(sound.sample_rate, 16000);
  const auto record = nlohmann::json::parse(text_of(result.record));
  QCOMPARE(record.at("run").get<std::string>(), run_);
  QCOMPARE(record.at("weights_sha256").get<std::string>().size(), std::size_t{64});
  QVERIFY(record.at("options").contains("steps"));
  const auto spec = RepresentationSpec::from_text(record.at("representation").get<std::string>());
  QVERIFY(!seen.linear && seen.sample_rate == spec.sample_rate && seen.n_fft == 512 && seen.hop == spec.hop);  // the picture's axes
  QCOMPARE(record.at("style").at("given").get<std::string>(), std::string("4"));
  QCOMPARE(nlohmann::json::parse(audio::read_metadata(result.output).at("comment")), record);
  QVERIFY(fs::file_size(wanted.image) > 10000);
  const auto rows = workspace_->open_catalog()->transfers().all();
  QVERIFY(!rows.empty());
  QVERIFY(rows.front().style_clip && rows.front().style_clip->value == 4);
  QVERIFY(result.real_time_factor > 0);
}

void TestTransferSession::optionsReachTheModelAndWrongOnesAreRefused() {
  auto none = request();
  none.options = {{"strength", 0.0}};
  const auto same = transfer(none, {}, {});
  auto full = request();
  full.options = {{"strength", 1.0}};
  const auto other = transfer(full, {}, {});
  QVERIFY(same.outcome == Outcome::done && other.outcome == Outcome::done);
  QVERIFY(same.result.channels != other.result.channels);
  auto again = request();
  again.options = full.options;
  QVERIFY(transfer(again, {}, {}).result.channels == other.result.channels);  // the same request, the same bits
  auto wrong = request();
  wrong.options = {{"strenght", 1.0}};
  const auto refused = transfer(wrong, {}, {});
  QVERIFY(refused.outcome == Outcome::failed);
  QVERIFY(refused.message.find("did you mean 'strength'") != std::string::npos);
  QVERIFY(!transfer_settings(workspace_->folder(), run_).empty());
}

void TestTransferSession::anExistingOutputIsNeverOverwritten() {
  auto wanted = request();
  fs::create_directories(wanted.output.parent_path());
  std::ofstream(wanted.output) << "mine";
  const auto result = transfer(wanted, {}, {});
  QVERIFY(result.outcome == Outcome::failed);
  QVERIFY(result.message.find("never overwritten") != std::string::npos);
  QCOMPARE(text_of(wanted.output), std::string("mine"));
}

void TestTransferSession::everyMistakeHasASentence_data() {
  QTest::addColumn<QString>("mistake");
  QTest::addColumn<QString>("says");
  QTest::newRow("run") << "run" << "no run";
  QTest::newRow("checkpoint") << "checkpoint" << "nowhere.safetensors";
  QTest::newRow("content") << "content" << "nowhere.wav";
  QTest::newRow("clip") << "clip" << "no clip 99999";
  QTest::newRow("nothing") << "nothing" << "No content";
  QTest::newRow("format") << "format" << ".txt";
  QTest::newRow("vocoder") << "vocoder" << "neither a run";
  QTest::newRow("translator as vocoder") << "role" << "vocoder (spectrogram to sound) is needed";
  QTest::newRow("not a sound") << "text" << "text.wav";
  QTest::newRow("silence") << "silence" << "silent";
}

void TestTransferSession::everyMistakeHasASentence() {
  QFETCH(QString, mistake);
  QFETCH(QString, says);
  auto wanted = request();
  if (mistake == "run") wanted.run = "nothing";
  if (mistake == "checkpoint") wanted.checkpoint = "/nowhere.safetensors";
  if (mistake == "content") wanted.content = "/nowhere.wav";
  if (mistake == "clip") wanted.content = "99999";
  if (mistake == "nothing") wanted.content.clear();
  if (mistake == "format") wanted.output.replace_extension(".txt");
  if (mistake == "vocoder") wanted.vocoder = "nothing";
  if (mistake == "role") wanted.vocoder = run_;
  if (mistake == "text") std::ofstream(wanted.content = (workspace_->folder() / "text.wav").string()) << "no sound at all";
  if (mistake == "silence") {
    wanted.content = (workspace_->folder() / "silence.wav").string();
    audio::write_audio(wanted.content, {16000, std::vector<float>(16000)});
  }
  const auto result = transfer(wanted, {}, {});
  QVERIFY(result.outcome == Outcome::failed);
  QVERIFY2(result.message.find(says.toStdString()) != std::string::npos, result.message.c_str());
  QVERIFY(!fs::exists(wanted.output));
}

void TestTransferSession::aStopWritesNothing() {
  std::stop_source source;
  TransferListener listener;
  listener.progress = [&](double fraction, const std::string&) {
    if (fraction > 0.1) source.request_stop();
  };
  const auto wanted = request();
  const auto result = transfer(wanted, listener, source.get_token());
  QVERIFY(result.outcome == Outcome::cancelled);
  QVERIFY(!fs::exists(wanted.output));
}

void TestTransferSession::withoutAnOutputItGoesIntoTheWorkspace() {
  auto wanted = request();
  wanted.output.clear();
  const auto result = transfer(wanted, {}, {});
  QVERIFY2(result.outcome == Outcome::done, result.message.c_str());
  QCOMPARE(result.output.parent_path().parent_path(), workspace_->transfers());
  QVERIFY(fs::exists(result.output) && fs::exists(result.record));
}

void TestTransferSession::shippedWeightsAreFoundByTheirFolder() {
  const fs::path models = fs::path(folder_.path().toStdString()) / "models";
  fs::create_directories(models);
  fs::copy_file(read_run(workspace_->folder(), run_).best_checkpoint, models / "tiny.safetensors");
  qputenv("LUTHIER_MODELS", QByteArray::fromStdString(models.string()));
  QCOMPARE(shipped_models(), std::vector<fs::path>{models / "tiny.safetensors"});
  TransferRequest wanted = request();
  wanted.workspace.clear(), wanted.run.clear();
  wanted.style = (workspace_->audio() / "horn2.wav").string();
  const auto result = transfer(wanted, {}, {});
  QVERIFY2(result.outcome == Outcome::done, result.message.c_str());
  qunsetenv("LUTHIER_MODELS");
}

void TestTransferSession::everyStepCanBeHeardAndTheLastIsTheResult() {
  auto wanted = request();
  wanted.options = {{"steps", std::int64_t{4}}};
  std::shared_ptr<const TransferSteps> begun;
  std::vector<int> pictured;
  TransferListener listener;
  listener.begun = [&](std::shared_ptr<const TransferSteps> steps) { begun = std::move(steps); };
  listener.step = [&](const TransferStep& step) { pictured.push_back(step.step); };
  const auto result = transfer(wanted, listener, {});
  QVERIFY2(result.outcome == Outcome::done, result.message.c_str());
  QVERIFY(begun && begun == result.steps);
  const std::vector<int> all{1, 2, 3, 4};
  QCOMPARE(begun->steps(), all);
  QCOMPARE(pictured, all);
  QVERIFY(begun->sound(4, {}).channels == result.result.channels);
  QVERIFY(begun->sound(1, {}).channels != result.result.channels);
  QCOMPARE(begun->sound(1, {}).length(), result.content.length());
  QVERIFY_THROWS_EXCEPTION(ConfigError, begun->sound(5, {}));
  std::stop_source stopped;
  stopped.request_stop();
  QVERIFY_THROWS_EXCEPTION(std::exception, begun->sound(2, stopped.get_token()));
}

void TestTransferSession::aStepIsKeptAsAResultOfItsOwn() {
  auto wanted = request();
  wanted.options = {{"steps", std::int64_t{3}}};
  const auto whole = transfer(wanted, {}, {});
  const auto kept = whole.steps->keep(2, {}, {});
  QVERIFY2(kept.outcome == Outcome::done, kept.message.c_str());
  QVERIFY(kept.output != whole.output);
  const auto record = nlohmann::json::parse(text_of(kept.record));
  QCOMPARE(record.at("kept_step").get<int>(), 2);
  QCOMPARE(record.at("of_steps").get<int>(), 3);
  QCOMPARE(record.at("options").at("steps").get<int>(), 3);
  const auto rows = workspace_->open_catalog()->transfers().all();
  QVERIFY(rows.front().settings_json.find("\"kept_step\":2") != std::string::npos);
  QVERIFY(rows.front().kept && !rows[1].kept);  // the step was wanted by name
  wanted.output = fresh("again.wav");
  wanted.keep_step = 2;
  QVERIFY(transfer(wanted, {}, {}).result.channels == kept.result.channels);  // the same by a command
  QVERIFY(whole.steps->keep(2, kept.output, {}).outcome == Outcome::failed);  // never overwritten
  wanted.output = fresh("none.wav");
  wanted.keep_step = 9;
  const auto refused = transfer(wanted, {}, {});
  QVERIFY(refused.message.find("no estimate of step 9") != std::string::npos);
  QVERIFY(!fs::exists(wanted.output));
}

void TestTransferSession::stepsOfACancelledTransferStay() {
  auto wanted = request();
  wanted.options = {{"steps", std::int64_t{50}}};
  std::stop_source source;
  TransferListener listener;
  listener.step = [&](const TransferStep& step) {
    if (step.step == 3) source.request_stop();
  };
  const auto result = transfer(wanted, listener, source.get_token());
  QVERIFY(result.outcome == Outcome::cancelled);
  QVERIFY(!fs::exists(wanted.output));
  QCOMPARE(result.steps->steps(), (std::vector<int>{1, 2, 3}));
  QCOMPARE(result.steps->sound(3, {}).length(), result.content.length());
}

QTEST_GUILESS_MAIN(TestTransferSession)
#include "tst_transfer_session.moc"
