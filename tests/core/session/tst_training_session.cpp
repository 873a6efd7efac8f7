// timeout: 300
#include "core/session/training_session.h"

#include <torch/torch.h>

#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/session/run_record.h"
#include "core/session/transfer_models.h"
#include "core/training/checkpoint.h"
#include "db/pair_store.h"
#include "db/run_store.h"
#include "tests/support/core_small_run.h"
#include "tests/support/core_workspace.h"

using namespace luthier;
using namespace small_run;
namespace fs = std::filesystem;

class TestTrainingSession : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { torch::set_num_threads(1); }
  void init();
  void aRunLeavesRecordMetricsEventsCheckpointsAndRows();
  void aStoppedRunGoesOnBitForBit();
  void aKilledRunGoesOnFromItsLastCheckpoint();
  void everyMistakeEndsOnceWithASentence_data();
  void everyMistakeEndsOnceWithASentence();
  void aRunIsTrainedByOneProgramAtATime();
  void aCheckpointCutShortOrOfAnotherFamilyIsRefused();
  void anInterruptedRunIsSeenAsSuch();
  void theFollowerSeesWhatAnotherProgramWrites();
  void aDryRunWritesNothing();
  void moreStepsExtendAFinishedRun();
  void pairsOfMeasuredClipsAreLeftOut();
  void aNewRunStartsFromTheWeightsOfAnother();
  void aRefusedResumeLeavesTheRunAsItIs();
  void aRefusedStartLeavesNoRun();
  void theStateIsSavedWithWhatIsKeptAndAtEachPhaseEnd();
  void aRunBeforeItsDiffusionIsNoModelYet();

 private:
  fs::path place() const { return workspace_->folder(); }
  std::unique_ptr<QTemporaryDir> folder_;
  std::optional<Workspace> workspace_;
};

void TestTrainingSession::init() {
  folder_ = std::make_unique<QTemporaryDir>();
  workspace_ = make_test_workspace(fs::path(folder_->path().toStdString()) / "w");
}

void TestTrainingSession::aRunLeavesRecordMetricsEventsCheckpointsAndRows() {
  Log log;
  const Outcome outcome = train(small(place()), log, log.stop.get_token());
  QVERIFY2(outcome == Outcome::done, log.all<RunFinished>().back().message.c_str());
  QCOMPARE(log.all<RunFinished>().size(), std::size_t{1});
  QCOMPARE(log.all<StepDone>().size(), std::size_t{16});
  QVERIFY(std::holds_alternative<RunFinished>(log.events.back().data));
  const fs::path run = workspace_->runs() / log.run();
  const auto record = nlohmann::json::parse(text_of(run / "run.json"));
  QCOMPARE(record.at("status").get<std::string>(), std::string("done"));
  QCOMPARE(record.at("config").at("steps").get<int>(), 10);
  QCOMPARE(record.at("config_sha256").get<std::string>().size(), std::size_t{64});
  QCOMPARE(record.at("clips").size(), std::size_t{16});
  QCOMPARE(record.at("clips")[0].at("sha256").get<std::string>().size(), std::size_t{64});
  QVERIFY(record.at("parameters").get<std::int64_t>() > 1000);
  QVERIFY(!record.at("machine").at("libtorch").get<std::string>().empty());
  const std::string csv = text_of(run / "metrics.csv");
  QVERIFY(csv.starts_with("step,phase,name,value\n1,"));
  QVERIFY(csv.find("\n16,") != std::string::npos && csv.find("validation/") != std::string::npos);
  std::istringstream lines(text_of(run / "events.jsonl"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) event_from_json_line(line);
  QVERIFY(count > 18);
  bool tensorboard = false;
  for (const auto& entry : fs::directory_iterator(run)) tensorboard |= entry.path().filename().string().starts_with("events.out.tfevents.");
  QVERIFY(tensorboard);
  QVERIFY(fs::exists(run / "checkpoints" / "latest.safetensors") && fs::exists(run / "checkpoints" / "best.safetensors"));
  const auto previews = log.all<PreviewReady>();
  QVERIFY(!previews.empty());
  for (const auto& preview : previews) QVERIFY(preview.image.empty() || fs::exists(preview.image));
  const auto catalog = workspace_->open_catalog();
  const auto row = catalog->runs().find(log.run());
  QVERIFY(row && row->state == db::RunState::finished && row->step == 16);
  QCOMPARE(catalog->runs().metrics(row->id, "loss").size() + catalog->runs().metrics(row->id, "total").size() > 0, true);
  QVERIFY(catalog->runs().checkpoints(row->id).size() >= 2);
  const RunSummary summary = read_run(place(), log.run());
  QCOMPARE(summary.status, std::string("done"));
  QCOMPARE(summary.step, std::int64_t{16});
  QVERIFY(!summary.best_checkpoint.empty());
  QCOMPARE(list_runs(place()).size(), std::size_t{1});
}

void TestTrainingSession::aStoppedRunGoesOnBitForBit() {
  Log whole;
  QVERIFY(train(small(place()), whole, {}) == Outcome::done);
  Log first;
  first.stop_at = 9;  // inside the second phase
  QVERIFY(train(small(place()), first, first.stop.get_token()) == Outcome::cancelled);
  QCOMPARE(first.all<RunFinished>().size(), std::size_t{1});
  QCOMPARE(first.all<StepDone>().size(), std::size_t{9});
  QCOMPARE(read_run(place(), first.run()).status, std::string("cancelled"));
  TrainingRequest resume;
  resume.workspace = place();
  resume.resume = first.run();
  resume.device = "cpu";
  Log second;
  const Outcome outcome = train(resume, second, {});
  QVERIFY2(outcome == Outcome::done, second.all<RunFinished>().back().message.c_str());
  QCOMPARE(second.all<StepDone>().size(), std::size_t{7});
  QCOMPARE(second.all<RunStarted>().front().first_step, std::int64_t{9});
  const fs::path a = workspace_->runs() / whole.run(), b = workspace_->runs() / first.run();
  QCOMPARE(text_of(b / "metrics.csv"), text_of(a / "metrics.csv"));
  const auto wanted = load_checkpoint(a / "checkpoints" / "latest.safetensors"), have = load_checkpoint(b / "checkpoints" / "latest.safetensors");
  QCOMPARE(have.tensors.size(), wanted.tensors.size());
  for (const auto& [name, tensor] : wanted.tensors) QVERIFY2(torch::equal(tensor, have.tensors.at(name)), name.c_str());
  const auto record = load_run_record(b);
  QCOMPARE(record.sittings.size(), std::size_t{2});
  QCOMPARE(record.sittings[1].first_step, std::int64_t{9});
}

void TestTrainingSession::aKilledRunGoesOnFromItsLastCheckpoint() {
  Log whole, first, second;
  QVERIFY(train(small(place()), whole, {}) == Outcome::done);
  first.stop_at = 9;
  train(small(place()), first, first.stop.get_token());
  // As kill -9 leaves it: "running", figures beyond the checkpoint, half a line at each end.
  const fs::path run = workspace_->runs() / first.run();
  auto status = load_run_status(run);
  status.status = "running", status.step = 12;
  save_run_status(run, status);
  std::ofstream(run / "metrics.csv", std::ios::app) << "10,diffusion,loss,1\n11,diffusion,loss,1\n12,diff";
  std::ofstream(run / "events.jsonl", std::ios::app) << R"({"event":"step","run":"x","st)";
  TrainingRequest resume;
  resume.workspace = place(), resume.resume = first.run(), resume.device = "cpu";
  QVERIFY(train(resume, second, {}) == Outcome::done);
  QCOMPARE(text_of(run / "metrics.csv"), text_of(workspace_->runs() / whole.run() / "metrics.csv"));
  RunFollower follower(run);
  const auto events = follower.poll();
  QVERIFY(std::holds_alternative<RunFinished>(events.back().data));
}

void TestTrainingSession::everyMistakeEndsOnceWithASentence_data() {
  QTest::addColumn<QString>("mistake");
  QTest::addColumn<QString>("says");
  QTest::newRow("no workspace") << "workspace" << "no workspace";
  QTest::newRow("family") << "family" << "no model family 'opera'";
  QTest::newRow("preset") << "preset" << "no preset 'huge'";
  QTest::newRow("setting") << "setting" << "did you mean 'batch'";
  QTest::newRow("range") << "range" << "batch";
  QTest::newRow("device") << "device" << "one of: auto, cpu, cuda";
  QTest::newRow("pair set") << "pairs" << "no pair set 'x'";
  QTest::newRow("run") << "resume" << "no run 'nothing'";
  QTest::newRow("one label") << "label" << "at least 2 labels";
  QTest::newRow("no clips") << "empty" << "no label 'flute'";
}

void TestTrainingSession::everyMistakeEndsOnceWithASentence() {
  QFETCH(QString, mistake);
  QFETCH(QString, says);
  auto request = small(place());
  if (mistake == "workspace") request.workspace = place() / "nowhere";
  if (mistake == "family") request.family = "opera";
  if (mistake == "preset") request.preset = "huge";
  if (mistake == "setting") request.overrides["batxh"] = std::int64_t{3};
  if (mistake == "range") request.overrides["batch"] = std::int64_t{-3};
  if (mistake == "device") request.device = "tpu";
  if (mistake == "pairs") request.pair_set = "x";
  if (mistake == "resume") request.resume = "nothing";
  if (mistake == "label") request.labels = {"bell"};
  if (mistake == "empty") request.labels = {"flute"};
  Log log;
  QVERIFY(train(request, log, {}) == Outcome::failed);
  QCOMPARE(log.all<RunFinished>().size(), std::size_t{1});
  const std::string message = log.all<RunFinished>().front().message;
  QVERIFY2(message.find(says.toStdString()) != std::string::npos, message.c_str());
  QVERIFY(list_runs(place()).empty());
  if (mistake != "resume") QVERIFY_THROWS_EXCEPTION(ConfigError, dry_run(request, {}));
}

void TestTrainingSession::aRunIsTrainedByOneProgramAtATime() {
  Log log;
  log.stop_at = 3;
  train(small(place()), log, log.stop.get_token());
  const fs::path run = workspace_->runs() / log.run();
  const std::string before = text_of(run / "run.json");
  const RunLock other(run);
  TrainingRequest resume;
  resume.workspace = place(), resume.resume = log.run();
  Log again;
  QVERIFY(train(resume, again, {}) == Outcome::failed);
  QVERIFY(again.all<RunFinished>().front().message.find("being trained by another program") != std::string::npos);
  QCOMPARE(text_of(run / "run.json"), before);
}

void TestTrainingSession::aCheckpointCutShortOrOfAnotherFamilyIsRefused() {
  Log log;
  log.stop_at = 3;
  train(small(place()), log, log.stop.get_token());
  const fs::path run = workspace_->runs() / log.run(), latest = run / "checkpoints" / "latest.safetensors";
  TrainingRequest resume;
  resume.workspace = place(), resume.resume = log.run(), resume.device = "cpu";
  const auto whole = load_checkpoint(latest);
  auto foreign = whole;
  foreign.record["family"] = "melgan";
  save_checkpoint(latest, foreign);
  const std::string before = text_of(run / "run.json");
  Log other;
  QVERIFY(train(resume, other, {}) == Outcome::failed);
  QVERIFY(other.all<RunFinished>().front().message.find("'melgan'") != std::string::npos);
  save_checkpoint(latest, whole);
  fs::resize_file(latest, fs::file_size(latest) / 2);
  Log cut;
  QVERIFY(train(resume, cut, {}) == Outcome::failed);
  QVERIFY(!cut.all<RunFinished>().front().message.empty());
  QCOMPARE(text_of(run / "run.json"), before);
}

void TestTrainingSession::anInterruptedRunIsSeenAsSuch() {
  Log log;
  log.stop_at = 2;
  train(small(place()), log, log.stop.get_token());
  const fs::path run = workspace_->runs() / log.run();
  auto status = load_run_status(run);
  status.status = "running";
  save_run_status(run, status);
  QCOMPARE(read_run(place(), log.run()).status, std::string("interrupted"));
  const RunLock lock(run);
  QCOMPARE(read_run(place(), log.run()).status, std::string("running"));
  std::ofstream(run / "status.json") << "{";
  QCOMPARE(list_runs(place()).front().step, 2);  // from the record and the checkpoint
  std::ofstream(run / "run.json") << "{";
  QCOMPARE(list_runs(place()).front().status, std::string("damaged"));
}

void TestTrainingSession::theFollowerSeesWhatAnotherProgramWrites() {
  Log log;
  struct Watcher : RunListener {
    Log& log;
    const fs::path runs;
    std::unique_ptr<RunFollower> follower;
    std::size_t seen = 0;
    Watcher(Log& l, fs::path r) : log(l), runs(std::move(r)) {}
    void on_event(const RunEvent& event) override {
      log.on_event(event);
      if (std::holds_alternative<RunStarted>(event.data)) follower = std::make_unique<RunFollower>(runs / event.run);
      if (!follower) return;
      for (const auto& other : follower->poll()) {
        ++seen;
        if (const auto* saved = std::get_if<CheckpointSaved>(&other.data); saved && !fs::exists(saved->path)) throw std::logic_error("no such checkpoint");
      }
    }
  } watcher(log, workspace_->runs());
  QVERIFY(train(small(place()), watcher, {}) == Outcome::done);
  std::size_t expected = 0;
  bool started = false;
  for (const auto& event : log.events) {
    started |= std::holds_alternative<RunStarted>(event.data);
    expected += started;
  }
  QCOMPARE(watcher.seen, expected);
}

void TestTrainingSession::aDryRunWritesNothing() {
  const DryRun run = dry_run(small(place()), {});
  QCOMPARE(run.total_steps, std::int64_t{16});
  QVERIFY(run.clips > 8 && run.parameters > 1000 && run.seconds_per_step > 0);
  QVERIFY(fs::is_empty(workspace_->runs()));
}

void TestTrainingSession::moreStepsExtendAFinishedRun() {
  Log log, more;
  QVERIFY(train(small(place()), log, {}) == Outcome::done);
  TrainingRequest extend;
  extend.workspace = place(), extend.resume = log.run(), extend.device = "cpu";
  extend.overrides["steps"] = std::int64_t{13};
  const Outcome outcome = train(extend, more, {});
  QVERIFY2(outcome == Outcome::done, more.all<RunFinished>().back().message.c_str());
  QCOMPARE(more.all<StepDone>().size(), std::size_t{3});
  const auto record = load_run_record(workspace_->runs() / log.run());
  QCOMPARE(record.sittings.back().changed, (std::vector<std::string>{"steps: 10 -> 13"}));
}

void TestTrainingSession::pairsOfMeasuredClipsAreLeftOut() {
  const auto catalog = workspace_->open_catalog();
  catalog->clips().set_split({{1}, {2}}, db::Split::validation);
  db::PairSetRow set;
  set.name = "mine", set.kind = "made by hand";
  const auto id = catalog->pairs().add_set(set);
  db::PairRow good, leak;
  good.content = {3}, good.style = {6}, good.target = db::ClipId{4};
  leak.content = {1}, leak.style = {6}, leak.target = db::ClipId{2};
  catalog->clips().set_split({{3}, {4}, {5}, {6}}, db::Split::train);
  catalog->pairs().add(id, {good, leak});
  auto request = small(place());
  request.pair_set = "mine";
  Log log;
  QVERIFY(train(request, log, {}) == Outcome::done);
  QCOMPARE(text_of(workspace_->runs() / log.run() / "pairs.csv"), std::string("content,style,target\n3,6,4\n"));
  QVERIFY(log.all<RunWarning>().front().message.find("1 of the pairs") != std::string::npos);
}

void TestTrainingSession::aNewRunStartsFromTheWeightsOfAnother() {
  Log first, second, wrong;
  TrainingRequest plain = small(place());
  plain.overrides["latent_skips"] = false;
  QVERIFY(train(plain, first, {}) == Outcome::done);
  TrainingRequest request;  // nothing of the networks' sizes is said: they follow the weights
  request.workspace = place(), request.family = "latent_diffusion", request.preset = "tiny", request.device = "cpu";
  request.start_from = first.run();
  using I = std::int64_t;
  request.overrides = {{"steps", I{2}}, {"learning_rate", 1e-7}, {"batch", I{2}}, {"frames", I{32}}, {"style_frames", I{32}}, {"latent_skips", true}};
  const Outcome outcome = train(request, second, {});
  QVERIFY2(outcome == Outcome::done, second.all<RunFinished>().back().message.c_str());
  QCOMPARE(second.all<StepDone>().size(), std::size_t{2});  // no autoencoder phase
  QVERIFY(!second.all<RunWarning>().empty() && second.all<RunWarning>().front().message.find("start fresh") != std::string::npos);
  const auto best = load_checkpoint(workspace_->runs() / first.run() / "checkpoints" / "best.safetensors");
  const auto have = load_checkpoint(workspace_->runs() / second.run() / "checkpoints" / "best.safetensors");
  QVERIFY(have.record.at("start_from").find(first.run()) != std::string::npos);
  const std::string key = best.weights_prefix("denoiser") + "out.weight";
  QVERIFY(torch::allclose(best.tensors.at(key), have.tensors.at(have.weights_prefix("denoiser") + "out.weight"), 0, 1e-5));
  QVERIFY(torch::equal(best.tensors.at("model.autoencoder.scale"), have.tensors.at("model.autoencoder.scale")));
  request.start_from = (place() / "luthier.sqlite").string();
  QVERIFY(train(request, wrong, {}) == Outcome::failed);
  QVERIFY(!wrong.all<RunFinished>().front().message.empty());
}

void TestTrainingSession::aRefusedResumeLeavesTheRunAsItIs() {
  Log log;
  QVERIFY(train(small(place()), log, {}) == Outcome::done);
  const fs::path run = workspace_->runs() / log.run(), latest = run / "checkpoints" / "latest.safetensors";
  const auto whole = load_checkpoint(latest);
  fs::copy_file(run / "checkpoints" / "best.safetensors", latest, fs::copy_options::overwrite_existing);
  const auto texts = [&] {
    std::string all;
    for (const char* name : {"run.json", "status.json", "events.jsonl", "metrics.csv"}) all += text_of(run / name);
    return all;
  };
  const std::string before = texts();
  TrainingRequest longer = resumed(place(), log.run());
  longer.overrides = {{"steps", std::int64_t{14}}};
  Log weights;
  QVERIFY(train(longer, weights, {}) == Outcome::failed);
  QVERIFY2(weights.all<RunFinished>().front().message.find("weights only") != std::string::npos && texts() == before, weights.all<RunFinished>().front().message.c_str());
  auto other = whole;
  other.tensors.at("model.denoiser.out.weight") = torch::zeros({3, 3});
  save_checkpoint(latest, other);
  Log networks;
  QVERIFY(train(longer, networks, {}) == Outcome::failed);
  QVERIFY2(networks.all<RunFinished>().front().message.find("other networks") != std::string::npos && texts() == before, networks.all<RunFinished>().front().message.c_str());
}

void TestTrainingSession::aRefusedStartLeavesNoRun() {
  Log first;
  QVERIFY(train(small(place()), first, {}) == Outcome::done);
  for (const auto& [name, value] : {std::pair<std::string, Value>{"width", std::int64_t{32}}, {"system", std::string("report")}}) {
    TrainingRequest request = small(place());
    request.start_from = first.run();
    request.overrides = {{name, value}};
    Log log;
    QVERIFY(train(request, log, {}) == Outcome::failed);
    const std::string said = log.all<RunFinished>().front().message;
    QVERIFY2(said.find("another " + name + " (") != std::string::npos, said.c_str());
  }
  QCOMPARE(list_runs(place()).size(), std::size_t{1});
}

void TestTrainingSession::theStateIsSavedWithWhatIsKeptAndAtEachPhaseEnd() {
  TrainingRequest request = small(place());
  request.overrides["checkpoint_every"] = std::int64_t{4};
  Log log;
  QVERIFY(train(request, log, {}) == Outcome::done);
  std::vector<std::int64_t> latest;
  for (const auto& saved : log.all<CheckpointSaved>())
    if (fs::path(saved.path).stem() == "latest") latest.push_back(saved.step);
  QCOMPARE(latest, (std::vector<std::int64_t>{4, 6, 8, 12, 16}));
}

void TestTrainingSession::aRunBeforeItsDiffusionIsNoModelYet() {
  Log log, more;
  log.stop_at = 6;  // the last of the autoencoder
  QVERIFY(train(small(place()), log, log.stop.get_token()) == Outcome::cancelled);
  QCOMPARE(awaited_phase(read_run(place(), log.run())), std::string("diffusion"));
  QVERIFY(transfer_models(place()).empty() || transfer_models(place()).front().run.empty());
  TransferRequest request;
  request.workspace = place(), request.run = log.run(), request.content = "1", request.style = "2";
  const auto refused = transfer(request, {}, {});
  QVERIFY2(refused.outcome == Outcome::failed && refused.message.find("'diffusion' has not begun") != std::string::npos, refused.message.c_str());
  QVERIFY(train(resumed(place(), log.run()), more, {}) == Outcome::done);
  QCOMPARE(awaited_phase(read_run(place(), log.run())), std::string());
  QCOMPARE(transfer_models(place()).front().run, log.run());
}

QTEST_GUILESS_MAIN(TestTrainingSession)
#include "tst_training_session.moc"
