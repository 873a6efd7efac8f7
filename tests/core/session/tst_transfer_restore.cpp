// timeout: 300
#include "core/session/transfer_restore.h"

#include <torch/torch.h>

#include <QtTest>
#include <fstream>

#include "audio/reader.h"
#include "core/session/carried_record.h"
#include "core/session/compare_session.h"
#include "core/session/live_session.h"
#include "core/session/text_file.h"
#include "core/session/transfer_presets.h"
#include "tests/support/core_tiny_run.h"
#include "tests/support/core_workspace.h"

using namespace luthier;
namespace fs = std::filesystem;

/// What a result's record brings back: settings, branches, saved settings; and the stream, which writes such records too.
class TestTransferRestore : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void anyResultBringsItsSettingsBack_data();
  void anyResultBringsItsSettingsBack();
  void partsThatAreGoneAreNamed();
  void whatHasNoRecordIsRefused();
  void aBranchGoesOnFromARecord();
  void settingsAreSavedUnderAName();
  void aFileStreamsThroughWithItsLatency();
  void aStreamFromNoInputSaysSo();

 private:
  fs::path at(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }
  QTemporaryDir folder_;
  std::optional<Workspace> workspace_;
  std::string run_;
  TransferRequest request_;
  TransferResult result_;
};

void TestTransferRestore::initTestCase() {
  torch::set_num_threads(1);
  workspace_ = make_test_workspace(at("w"), 4);
  run_ = train_tiny_run(*workspace_);
  QVERIFY2(!run_.starts_with("failed"), run_.c_str());
  fs::copy_file(workspace_->audio() / "bell1.wav", at("outside.wav"));
  audio::write_audio(at("own.wav"), test_melody(30, 5, 3));
  request_.workspace = workspace_->folder(), request_.run = run_, request_.device = "cpu";
  request_.content = at("own.wav").string(), request_.style = "4", request_.treble = false;
  request_.options = {{"steps", std::int64_t{5}}, {"seed", std::int64_t{8}}, {"guidance", 1.5}};
  request_.output = at("result.flac"), request_.image = at("result.png");
  result_ = transfer(request_, {}, {});
  QVERIFY2(result_.outcome == Outcome::done, result_.message.c_str());
  ComparisonRequest shown;
  shown.sounds = {{"content", result_.content}, {"result", result_.result}};
  shown.record = {{"transfer", read_text(result_.record)}};
  shown.folder = at("export");
  write_comparison(shown);
}

void TestTransferRestore::anyResultBringsItsSettingsBack_data() {
  QTest::addColumn<QString>("file");
  for (const char* file : {"result.flac", "result.png", "result.json", "export/comparison.png", "export/comparison.svg", "export/result.wav", "export/record.json"}) QTest::newRow(file) << file;
}

void TestTransferRestore::anyResultBringsItsSettingsBack() {
  QFETCH(QString, file);
  const auto restored = restore_transfer(workspace_->folder(), at(file.toStdString()));
  QVERIFY2(restored.missing.empty(), restored.missing.empty() ? "" : restored.missing.front().c_str());
  QCOMPARE(restored.request.run, run_);
  QCOMPARE(restored.request.checkpoint, std::string());
  QCOMPARE(restored.request.content, at("own.wav").string());
  QCOMPARE(restored.request.style, std::string("4"));
  QVERIFY(!restored.request.treble);
  QCOMPARE(std::get<std::int64_t>(restored.request.options.at("seed")), std::int64_t{8});
  QCOMPARE(std::get<double>(restored.request.options.at("guidance")), 1.5);
  auto again = restored.request;
  again.output = at("again-" + fs::path(file.toStdString()).filename().string() + std::to_string(file.size()) + ".wav");
  again.device = "cpu";
  QVERIFY(transfer(again, {}, {}).result.channels == result_.result.channels);
}

void TestTransferRestore::partsThatAreGoneAreNamed() {
  auto record = read_transfer_record(result_.record);
  const auto restored_from = [&] {
    write_text(at("changed.json"), transfer_record_text(record));
    return restore_transfer(workspace_->folder(), at("changed.json"));
  };
  record.content.path = record.content.given = "/nowhere/own.wav";
  record.style.given = "4711";  // the clip has another number here, its samples are known
  auto restored = restored_from();
  QCOMPARE(restored.missing.size(), std::size_t{1});
  QVERIFY(restored.missing.front().find("own.wav") != std::string::npos);
  QVERIFY(restored.request.content.empty());
  QCOMPARE(restored.request.style, std::string("4"));
  record.run = "elsewhere", record.checkpoint = "/nowhere.safetensors", record.weights_sha256 = std::string(64, '0');
  restored = restored_from();
  QVERIFY(!restored.model_found);
  QVERIFY(restored.missing.front().find("elsewhere") != std::string::npos);
  record.content.path = at("outside.wav").string(), record.content.sha256 = std::string(64, '1');
  restored = restored_from();
  QVERIFY(restored.missing.back().find("has changed") != std::string::npos);
}

void TestTransferRestore::whatHasNoRecordIsRefused() {
  write_text(at("list.json"), "[1, 2]");
  write_text(at("other.json"), R"({"kind": "evaluation"})");
  write_text(at("cut.png"), std::string("\x89PNG\r\n\x1a\n\xff\xff\xff\xffiTXt", 16));
  for (const char* file : {"list.json", "other.json", "cut.png", "own.wav", "missing.json", "w"}) {
    try {
      restore_transfer(workspace_->folder(), at(file));
      QFAIL(file);
    } catch (const SessionError& error) {
      QVERIFY2(std::string(error.what()).find(at(file).filename()) != std::string::npos, error.what());
    }
  }
}

void TestTransferRestore::aBranchGoesOnFromARecord() {
  const auto origin = restore_transfer(workspace_->folder(), result_.output);
  auto branch = branch_of(origin, 3, {{"seed", std::int64_t{99}}});
  QCOMPARE(std::get<std::string>(branch.options.at("branches")), std::string("3 seed=99"));
  branch.output = at("branch.wav"), branch.device = "cpu";
  const auto result = transfer(branch, {}, {});
  QVERIFY2(result.outcome == Outcome::done, result.message.c_str());
  QVERIFY(result.steps->sound(3, {}).channels == result_.steps->sound(3, {}).channels);
  QVERIFY(result.result.channels != result_.result.channels);
  const auto twig = branch_of(restore_transfer(workspace_->folder(), result.output), 4, {{"guidance", 3.0}});
  QCOMPARE(std::get<std::string>(twig.options.at("branches")), std::string("3 seed=99; 4 guidance=3"));
  QVERIFY_THROWS_EXCEPTION(ConfigError, branch_of(origin, 3, {{"steps", std::int64_t{9}}}));
  auto late = branch_of(origin, 5, {{"seed", std::int64_t{1}}});
  late.output = at("late.wav");
  QVERIFY(transfer(late, {}, {}).message.find("nothing to branch into after step 5") != std::string::npos);
}

void TestTransferRestore::settingsAreSavedUnderAName() {
  QVERIFY(transfer_presets(workspace_->folder()).empty());
  save_transfer_preset(workspace_->folder(), preset_of(request_, "my harp"));
  QVERIFY_THROWS_EXCEPTION(ConfigError, save_transfer_preset(workspace_->folder(), preset_of(request_, "my harp")));
  for (const char* wrong : {"", "a/b", ".hidden"}) QVERIFY_THROWS_EXCEPTION(ConfigError, save_transfer_preset(workspace_->folder(), preset_of(request_, wrong)));
  const auto all = transfer_presets(workspace_->folder());
  QCOMPARE(all.size(), std::size_t{1});
  TransferRequest wanted;
  wanted.options = {{"seed", std::int64_t{1}}};  // what is given goes first
  apply_preset(transfer_preset(workspace_->folder(), "my harp"), wanted);
  QCOMPARE(wanted.run, run_);
  QVERIFY(!wanted.treble);
  QCOMPARE(std::get<std::int64_t>(wanted.options.at("seed")), std::int64_t{1});
  QCOMPARE(std::get<double>(wanted.options.at("guidance")), 1.5);
  QVERIFY_THROWS_EXCEPTION(ConfigError, transfer_preset(workspace_->folder(), "my cello"));
  write_text(workspace_->folder() / "presets" / "transfer" / "broken.json", "{");
  QCOMPARE(transfer_presets(workspace_->folder()).size(), std::size_t{1});
  remove_transfer_preset(workspace_->folder(), "my harp");
  QVERIFY(transfer_presets(workspace_->folder()).empty());
}

void TestTransferRestore::aFileStreamsThroughWithItsLatency() {
  LiveRequest wanted;
  wanted.workspace = workspace_->folder(), wanted.run = run_, wanted.device = "cpu";
  wanted.content = at("own.wav").string(), wanted.style = "4";
  wanted.window = 1.0, wanted.hop = 0.2, wanted.ahead = 0.1;
  wanted.output = at("live.wav");
  int told = 0;
  const auto result = live(wanted, [&](const LiveState& state) { told += state.latency >= 0.3; }, {});
  QVERIFY2(result.outcome == Outcome::done, result.message.c_str());
  const auto in = audio::read_audio(at("own.wav")), out = audio::read_audio(result.output);
  QCOMPARE(out.length(), in.length());
  QVERIFY(told >= 10);
  QVERIFY(result.state.latency > 0.3 && result.computing_mean > 0);
  const auto record = read_transfer_record(result.output);
  QCOMPARE(std::get<double>(record.live.at("hop_s")), 0.2);
  QCOMPARE(record.content.path, at("own.wav").string());
  QVERIFY(live(wanted, {}, {}).message.find("never overwritten") != std::string::npos);
  wanted.output = at("stopped.wav"), wanted.paced = true;
  std::stop_source source;
  const auto half = live(wanted, [&](const LiveState& state) {
    if (state.heard > 0.7) source.request_stop();
  }, source.get_token());
  QVERIFY2(half.outcome == Outcome::done, half.message.c_str());
  const auto kept = audio::read_audio(half.output).seconds();
  QVERIFY2(kept > 0.7 && kept < 1.5, qPrintable(QString::number(kept)));
}

void TestTransferRestore::aStreamFromNoInputSaysSo() {
  qputenv("ALSA_CONFIG_PATH", "/nowhere");
  LiveRequest wanted;
  wanted.workspace = workspace_->folder(), wanted.run = run_, wanted.style = "4", wanted.device = "cpu", wanted.input_device = 4711;
  const auto result = live(wanted, {}, {});
  QVERIFY(result.outcome == Outcome::failed);
  QVERIFY2(result.message.find("No sound input") != std::string::npos, result.message.c_str());
}

QTEST_GUILESS_MAIN(TestTransferRestore)
#include "tst_transfer_restore.moc"
