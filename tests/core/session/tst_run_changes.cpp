// timeout: 300
#include <torch/torch.h>

#include <sys/resource.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>
#include <algorithm>
#include <future>
#include <set>

#include "core/session/auditions.h"
#include "core/session/family_catalog.h"
#include "core/session/run_elsewhere.h"
#include "core/session/run_record.h"
#include "core/training/checkpoint.h"
#include "core/training/state_hash.h"
#include "tests/support/core_small_run.h"
#include "tests/support/core_workspace.h"

using namespace luthier;
using namespace small_run;
namespace fs = std::filesystem;

namespace {

std::string last_message(const Log& log) { return log.all<RunFinished>().back().message; }

bool says(const std::string& message, const std::string& words) { return message.find(words) != std::string::npos; }

/// Names of the previews of auditions, without their step.
std::set<std::string> audition_titles(const Log& log) {
  std::set<std::string> titles;
  for (const auto& preview : log.all<PreviewReady>())
    if (std::isdigit(static_cast<unsigned char>(preview.title.front()))) titles.insert(preview.title);
  return titles;
}

/// Asks for a drop at a step.
struct Dropping : RunListener {
  Log& log;
  RunSwitches& switches;
  std::int64_t at;
  Dropping(Log& l, RunSwitches& s, std::int64_t step) : log(l), switches(s), at(step) {}
  void on_event(const RunEvent& event) override {
    if (const auto* step = std::get_if<StepDone>(&event.data); step && step->step == at) {
      switches.discard = true;
      log.stop.request_stop();
    }
    log.on_event(event);
  }
};

}  // namespace

/// Going on otherwise than before, measuring before the start, and what is heard on the way.
class TestRunChanges : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { torch::set_num_threads(1); }
  void init();
  void aRunGoesOnWithOtherSettings();
  void aStateThatIsNotTheSavedOneIsFound();
  void ordersOfOthersAreObeyed();
  void whatShapesARunIsFixed_data();
  void whatShapesARunIsFixed();
  void aDroppedRunSavesNothingAndSaysSo();
  void aDryRunMeasuresEveryPhase();
  void aDryRunFindsTheBatchThatFits();
  void aDryRunOfARunThatGoesOnSaysWhatChanges();
  void outOfMemorySaysWhichBatchFits();
  void auditionsAreUnseenClipsInEveryDirection();
  void auditionsAreHeardBesideTheTruthAndStayTheSame();
  void auditionsCanBeNamed();

 private:
  fs::path place() const { return workspace_->folder(); }
  std::unique_ptr<QTemporaryDir> folder_;
  std::optional<Workspace> workspace_;
};

void TestRunChanges::init() {
  folder_ = std::make_unique<QTemporaryDir>();
  workspace_ = make_test_workspace(fs::path(folder_->path().toStdString()) / "w");
}

void TestRunChanges::aRunGoesOnWithOtherSettings() {
  Log first, same, other;
  first.stop_at = 9;
  train(small(place()), first, first.stop.get_token());
  same.stop_at = 11;
  train(resumed(place(), first.run()), same, same.stop.get_token());
  auto request = resumed(place(), first.run());
  request.overrides = {{"learning_rate", 1e-4}, {"preview_every", std::int64_t{50}}};
  const Outcome outcome = train(request, other, {});
  QVERIFY2(outcome == Outcome::done, last_message(other).c_str());
  QCOMPARE(other.all<StepDone>().size(), std::size_t{5});
  const auto record = load_run_record(workspace_->runs() / first.run());
  QCOMPARE(record.sittings.size(), std::size_t{3});
  QCOMPARE(record.sittings[1].inexact, std::vector<std::string>{});
  QVERIFY(record.sittings[1].exact());  // bit for bit, and checked
  QVERIFY(!record.sittings[2].exact() && record.sittings[2].same_state);
  QCOMPARE(record.sittings[2].changed.size(), std::size_t{2});
  QCOMPARE(record.sittings[2].inexact.size(), std::size_t{1});  // when previews are made changes no step
  QVERIFY(says(record.sittings[2].inexact.front(), "learning_rate"));
  QCOMPARE(record.config.at("learning_rate"), Value(1e-4));
}

void TestRunChanges::aStateThatIsNotTheSavedOneIsFound() {
  Log first, second;
  first.stop_at = 9;
  train(small(place()), first, first.stop.get_token());
  const fs::path latest = workspace_->runs() / first.run() / "checkpoints" / "latest.safetensors";
  Checkpoint checkpoint = load_checkpoint(latest);
  const auto moment = std::find_if(checkpoint.tensors.begin(), checkpoint.tensors.end(), [](const auto& entry) { return entry.first.ends_with(".exp_avg"); });
  QVERIFY(moment != checkpoint.tensors.end());
  moment->second.view(-1)[0] += 1e-3;
  save_checkpoint(latest, checkpoint);
  QVERIFY(train(resumed(place(), first.run()), second, {}) == Outcome::done);
  const auto record = load_run_record(workspace_->runs() / first.run());
  QVERIFY(!record.sittings[1].exact() && !record.sittings[1].same_state);
  QVERIFY(record.sittings[1].inexact.size() == 1 && says(record.sittings[1].inexact.front(), "state"));
  QVERIFY(says(record.warnings.back(), "not bit for bit"));
  // A checkpoint of an older version does not say what it was, and a record of an older version does not say what was compared.
  checkpoint = load_checkpoint(latest);
  checkpoint.record.erase(kStateHash);
  save_checkpoint(latest, checkpoint);
  Log third;
  auto more = resumed(place(), first.run());
  more.overrides = {{"steps", std::int64_t{12}}};
  QVERIFY(train(more, third, {}) == Outcome::done);
  QVERIFY(!load_run_record(workspace_->runs() / first.run()).sittings[2].same_state);
  QFile file(QString::fromStdString((workspace_->runs() / first.run() / "run.json").string()));
  QVERIFY(file.open(QIODevice::ReadOnly));
  auto json = QJsonDocument::fromJson(file.readAll()).object();
  auto sittings = json.value("sittings").toArray();
  auto sitting = sittings[1].toObject();
  sitting.remove("inexact"), sitting.remove("same_state");
  sittings[1] = sitting, json["sittings"] = sittings;
  file.close();
  QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(QJsonDocument(json).toJson()) > 0);
  file.close();
  const auto old = load_run_record(workspace_->runs() / first.run());
  QVERIFY(!old.sittings[1].compared && !old.sittings[1].exact() && old.sittings[1].inexact.empty());
}

void TestRunChanges::ordersOfOthersAreObeyed() {
  auto request = small(place());
  request.overrides["steps"] = std::int64_t{1000000};
  request.overrides["validate_every"] = request.overrides["preview_every"] = std::int64_t{1000000};
  const auto train_on = [&](const TrainingRequest& wanted, Log& log) {
    return std::async(std::launch::async, [wanted, &log] { return train(wanted, log, log.stop.get_token()); });  // without switches, as luthierctl does
  };
  const auto status = [&](const std::string& run) { return read_run(place(), run); };
  const auto becomes = [&](const std::string& run, const std::string& wanted) { return QTest::qWaitFor([&] { return status(run).status == wanted; }, 20000); };
  Log log, again;
  auto ended = train_on(request, log);
  const auto end_at_last = qScopeGuard([&] { log.stop.request_stop(), again.stop.request_stop(); });
  std::string run;
  QVERIFY(QTest::qWaitFor([&] {
    const auto runs = list_runs(place());
    if (!runs.empty() && runs.front().step > 0) run = runs.front().id;
    return !run.empty();
  }, 20000));
  order_run(*workspace_, run, RunOrder::pause);
  QVERIFY(becomes(run, "paused"));
  const auto step = status(run).step;
  QTest::qWait(300);
  QCOMPARE(status(run).step, step);
  order_run(*workspace_, run, RunOrder::go_on);
  QVERIFY(becomes(run, "running"));
  QVERIFY(QTest::qWaitFor([&] { return status(run).step > step; }, 20000));
  order_run(*workspace_, run, RunOrder::pause);
  QVERIFY(becomes(run, "paused"));
  order_run(*workspace_, run, RunOrder::stop);  // also of one that waits
  QVERIFY(ended.get() == Outcome::cancelled);
  QVERIFY(!status(run).latest_checkpoint.empty());
  const std::string saved = load_checkpoint(status(run).latest_checkpoint).at("step");
  QVERIFY_THROWS_EXCEPTION(ConfigError, order_run(*workspace_, run, RunOrder::stop));
  QVERIFY_THROWS_EXCEPTION(ConfigError, order_run(*workspace_, "no-such-run", RunOrder::stop));
  // What was left for an earlier sitting does not count.
  std::ofstream(workspace_->runs() / run / "order") << "stop\n";
  ended = train_on(resumed(place(), run), again);
  QVERIFY(QTest::qWaitFor([&] { return status(run).status == "running" && status(run).step > std::stoll(saved); }, 20000));
  order_run(*workspace_, run, RunOrder::discard);
  QVERIFY(ended.get() == Outcome::cancelled);
  QVERIFY2(says(last_message(again), "Dropped at step"), last_message(again).c_str());
  QCOMPARE(load_checkpoint(status(run).latest_checkpoint).at("step"), saved);
  QVERIFY(!fs::exists(workspace_->runs() / run / "order") && !fs::exists(workspace_->runs() / run / "order.taken"));
}

void TestRunChanges::whatShapesARunIsFixed_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<int>("value");
  QTest::newRow("network") << "width" << 32;
  QTest::newRow("sound") << "bands" << 64;
  QTest::newRow("a phase that is over") << "ae_steps" << 3;
}

void TestRunChanges::whatShapesARunIsFixed() {
  QFETCH(QString, name);
  QFETCH(int, value);
  Log first, second;
  first.stop_at = 7;
  train(small(place()), first, first.stop.get_token());
  const std::string before = text_of(workspace_->runs() / first.run() / "run.json");
  auto request = resumed(place(), first.run());
  request.overrides[name.toStdString()] = std::int64_t{value};
  QVERIFY(train(request, second, {}) == Outcome::failed);
  QVERIFY2(says(last_message(second), "'" + name.toStdString() + "'") && says(last_message(second), "fixed"), last_message(second).c_str());
  QCOMPARE(text_of(workspace_->runs() / first.run() / "run.json"), before);
  for (const auto& setting : family_entry("latent_diffusion").schema)
    if (setting.name == name.toStdString()) QVERIFY(!changeable_on_resume(setting));
}

void TestRunChanges::aDroppedRunSavesNothingAndSaysSo() {
  Log log, whole, rest;
  RunSwitches switches;
  Dropping fresh(log, switches, 3);
  QVERIFY(train(small(place()), fresh, log.stop.get_token(), &switches) == Outcome::cancelled);
  QVERIFY2(says(last_message(log), "Dropped at step 3; nothing was saved"), last_message(log).c_str());
  QVERIFY(read_run(place(), log.run()).latest_checkpoint.empty());

  Log first, dropped;
  first.stop_at = 8;
  train(small(place()), first, first.stop.get_token());
  RunSwitches again;
  Dropping later(dropped, again, 12);
  QVERIFY(train(resumed(place(), first.run()), later, dropped.stop.get_token(), &again) == Outcome::cancelled);
  QVERIFY2(says(last_message(dropped), "Dropped at step 12; step 8 is the last that is saved"), last_message(dropped).c_str());
  QCOMPARE(load_checkpoint(workspace_->runs() / first.run() / "checkpoints" / "latest.safetensors").at("step"), std::string("8"));
  QVERIFY(train(resumed(place(), first.run()), rest, {}) == Outcome::done);
  QVERIFY(train(small(place()), whole, {}) == Outcome::done);
  QCOMPARE(text_of(workspace_->runs() / first.run() / "metrics.csv"), text_of(workspace_->runs() / whole.run() / "metrics.csv"));
}

void TestRunChanges::aDryRunMeasuresEveryPhase() {
  const DryRun run = dry_run(small(place()), {});
  QCOMPARE(run.phases.size(), std::size_t{2});
  QCOMPARE(run.phases[0].name, std::string("autoencoder"));
  QCOMPARE(run.phases[0].steps + run.phases[1].steps, run.total_steps);
  for (const auto& phase : run.phases) QVERIFY(phase.seconds_per_step > 0);
  QVERIFY(run.seconds_total >= 6 * run.phases[0].seconds_per_step + 10 * run.phases[1].seconds_per_step);
  QVERIFY(run.memory_available > 0);
  QCOMPARE(run.batch_name, std::string("batch"));
  QVERIFY(run.fits() && run.batch == 2);
  std::stop_source stop;
  stop.request_stop();
  QVERIFY_THROWS_EXCEPTION(std::exception, dry_run(small(place()), stop.get_token()));
}

void TestRunChanges::aDryRunFindsTheBatchThatFits() {
  auto request = small(place());
  request.overrides["frames"] = request.overrides["style_frames"] = std::int64_t{96};
  request.overrides["batch"] = std::int64_t{256};
  const DryRun wide = dry_run(request, {});
  QVERIFY(wide.fits());
  QVERIFY2(wide.memory_bytes > 5e6, QByteArray::number(wide.memory_bytes).constData());
  const DryRun narrow = dry_run(request, {}, 0.6 * wide.memory_bytes);
  QVERIFY(!narrow.fits());
  QCOMPARE(narrow.batch, std::int64_t{256});
  QVERIFY(narrow.fitting_batch >= 1 && narrow.fitting_batch < 256);
  QVERIFY(narrow.memory_bytes <= 0.6 * wide.memory_bytes);
  QVERIFY_THROWS_EXCEPTION(ConfigError, dry_run(request, {}, 1000));
  QVERIFY(fs::is_empty(workspace_->runs()));
}

void TestRunChanges::aDryRunOfARunThatGoesOnSaysWhatChanges() {
  Log log;
  log.stop_at = 9;
  train(small(place()), log, log.stop.get_token());
  auto request = resumed(place(), log.run());
  const DryRun same = dry_run(request, {});
  QCOMPARE(same.first_step, std::int64_t{9});
  QVERIFY(same.changed.empty() && same.inexact.empty());
  request.overrides["batch"] = std::int64_t{4};
  const DryRun other = dry_run(request, {});
  QCOMPARE(other.changed, (std::vector<std::string>{"batch: 2 -> 4"}));
  QCOMPARE(other.inexact, other.changed);
}

void TestRunChanges::outOfMemorySaysWhichBatchFits() {
  auto request = small(place());
  request.overrides["frames"] = request.overrides["style_frames"] = std::int64_t{96};
  request.overrides["batch"] = std::int64_t{4096};
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  statm >> pages;
  rlimit tight = before;
  tight.rlim_cur = pages * 4096 + 900'000'000;  // enough for a small batch
  QCOMPARE(setrlimit(RLIMIT_AS, &tight), 0);
  Log log;
  const Outcome outcome = train(request, log, {});
  setrlimit(RLIMIT_AS, &before);
  QVERIFY2(outcome == Outcome::failed, last_message(log).c_str());
  const std::string said = last_message(log);
  QVERIFY2(says(said, "not enough for this model with batch = 4096") && says(said, "fits."), said.c_str());
  const auto batch = std::stoll(said.substr(said.find("--batch ") + 8));
  QVERIFY(batch >= 1 && batch < 4096);
}

void TestRunChanges::auditionsAreUnseenClipsInEveryDirection() {
  std::vector<ClipInfo> clips;
  for (const char* label : {"bell", "horn", "oboe"})
    for (int k = 0; k < 4; ++k) {
      ClipInfo clip;
      clip.id = static_cast<std::int64_t>(clips.size()) + 1, clip.label = label, clip.phrase = k, clip.split = k < 2 ? "train" : "test";
      clips.push_back(clip);
    }
  const auto cases = choose_auditions(clips, 6);
  QCOMPARE(cases.size(), std::size_t{6});
  const auto of = [&](std::int64_t id) { return clips[static_cast<std::size_t>(id - 1)]; };
  std::set<std::pair<std::string, std::string>> directions;
  for (const auto& each : cases) {
    QVERIFY(of(each.content).split == "test" && of(each.style).split == "test" && each.truth > 0);
    QCOMPARE(of(each.truth).phrase, of(each.content).phrase);
    QCOMPARE(of(each.truth).label, of(each.style).label);
    QVERIFY(of(each.style).phrase != of(each.content).phrase);
    directions.emplace(of(each.content).label, of(each.style).label);
  }
  QCOMPARE(directions.size(), std::size_t{6});
  QCOMPARE(choose_auditions(clips, 6), cases);
  QVERIFY(choose_auditions({}, 3).empty());
  QVERIFY(choose_auditions({clips[0], clips[1]}, 3).empty());  // one label: nothing to transfer to
}

void TestRunChanges::auditionsAreHeardBesideTheTruthAndStayTheSame() {
  auto request = small(place());
  request.overrides["auditions"] = std::int64_t{2};
  Log first, second;
  first.stop_at = 12;
  train(request, first, first.stop.get_token());
  const std::set<std::string> titles = {"1 bell to horn: content", "1 bell to horn: result", "1 bell to horn: style", "1 bell to horn: truth",
                                        "2 horn to bell: content", "2 horn to bell: result", "2 horn to bell: style", "2 horn to bell: truth"};
  QCOMPARE(audition_titles(first), titles);
  for (const auto& preview : first.all<PreviewReady>()) QVERIFY2(fs::exists(preview.image) && (preview.audio.empty() || fs::exists(preview.audio)), preview.title.c_str());
  QVERIFY(train(resumed(place(), first.run()), second, {}) == Outcome::done);
  QCOMPARE(audition_titles(second), titles);
  std::set<std::int64_t> steps;
  for (const auto& preview : second.all<PreviewReady>())
    if (preview.title == "1 bell to horn: result") steps.insert(preview.step);
  QCOMPARE(steps, (std::set<std::int64_t>{16}));
  QCOMPARE(load_run_record(workspace_->runs() / first.run()).auditions.size(), std::size_t{2});
  Log silent;
  request.overrides["auditions"] = std::int64_t{0};
  QVERIFY(train(request, silent, {}) == Outcome::done);
  QVERIFY(audition_titles(silent).empty());
  QVERIFY(text_of(workspace_->runs() / silent.run() / "metrics.csv") == text_of(workspace_->runs() / first.run() / "metrics.csv"));  // listening changes no step
}

void TestRunChanges::auditionsCanBeNamed() {
  auto request = small(place());
  request.auditions = {{1, 4}};  // bell 0 in the style of horn 1; horn 0 is the truth
  Log log, wrong;
  QVERIFY(train(request, log, {}) == Outcome::done);
  const auto record = load_run_record(workspace_->runs() / log.run());
  QCOMPARE(record.auditions, (std::vector<AuditionCase>{{1, 4, 2}}));
  QCOMPARE(audition_titles(log).size(), std::size_t{4});
  request.auditions = {{1, 999}};
  QVERIFY(train(request, wrong, {}) == Outcome::failed);
  QVERIFY2(says(last_message(wrong), "no clip 999"), last_message(wrong).c_str());
}

QTEST_GUILESS_MAIN(TestRunChanges)
#include "tst_run_changes.moc"
