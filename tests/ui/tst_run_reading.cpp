#include <QLabel>
#include <QProgressBar>
#include <QSignalSpy>
#include <fstream>

#include "core/session/run_record.h"
#include "tests/support/ui_harness.h"
#include "ui/training/pinned_runs.h"
#include "ui/training/run_controller.h"
#include "ui/training/run_exactness.h"
#include "ui/training/run_head.h"
#include "ui/training/run_record.h"
#include "ui/training/run_table_model.h"
#include "ui/training/run_watcher.h"

using namespace luthier;
using namespace luthier::ui;
using testing::wait_for;

namespace {

using Record = luthier::ui::RunRecord;
namespace fs = std::filesystem;

RunEvent begun(std::int64_t first_step) {
  RunStarted event;
  event.family = "simplegan", event.phases = {{"all", 1000}}, event.total_steps = 1000, event.first_step = first_step;
  return {"run", event};
}

RunEvent stepped(std::int64_t step) { return {"run", StepDone{step, 1000, "all", {{"loss", 1.0 / static_cast<double>(step)}}, 1e-3, 1, 1}}; }

RunEvent validated(std::int64_t step, double value, bool best) { return {"run", ValidationDone{step, "all", {{"error", value}}, best}}; }

RunEvent previewed(std::int64_t step, const std::string& title, const std::string& image = "") { return {"run", PreviewReady{step, title, image, ""}}; }

void add(const fs::path& run, const std::vector<RunEvent>& events) {
  fs::create_directories(run);
  std::ofstream file(run / "events.jsonl", std::ios::app);
  for (const RunEvent& event : events) file << to_json_line(event) << "\n";
}

std::vector<RunEvent> steps(std::int64_t from, std::int64_t to) {
  std::vector<RunEvent> all;
  for (std::int64_t step = from; step <= to; ++step) all.push_back(stepped(step));
  return all;
}

QStringList preview_names(const Record& record) {
  QStringList names;
  for (const auto& preview : record.previews) names << QString::number(preview.step) + " " + preview.title + preview.image;
  return names;
}

}  // namespace

/// How runs are read from their files, and what is said of them.
class TestRunReading : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aLongFileComesInSlices();
  void nothingOfTheOldRunComesAfterAnother();
  void previewsStayInOrder();
  void aSittingIsTakenOverAsIfItsEventsWere();
  void pinsGrowAndAreLetGo();
  void anEndedRunWithoutEventsSaysSo();
  void exactnessIsSaidOnlyWhereItWasChecked();

 private:
  fs::path place(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }
  QTemporaryDir folder_;
};

void TestRunReading::aLongFileComesInSlices() {
  add(place("long"), steps(1, 5500));
  RunWatcher watcher;
  std::size_t largest = 0, all = 0;
  std::int64_t last = 0;
  connect(&watcher, &RunWatcher::arrived, this, [&](const QString& run, const std::vector<RunEvent>& events) {
    QCOMPARE(run, QStringLiteral("long"));
    largest = std::max(largest, events.size()), all += events.size();
    for (const auto& event : events) QCOMPARE(std::get<StepDone>(event.data).step, ++last);
  });
  QSignalSpy caught_up(&watcher, &RunWatcher::caught_up);
  watcher.watch(place("long"), true);
  QVERIFY(wait_for([&] { return caught_up.count() == 1; }, 10000));
  QCOMPARE(all, std::size_t{5500});
  QCOMPARE(largest, RunWatcher::kSlice);
  add(place("long"), steps(5501, 5510));
  QVERIFY(wait_for([&] { return all == 5510; }, 5000));
  QCOMPARE(caught_up.count(), 1);
}

void TestRunReading::nothingOfTheOldRunComesAfterAnother() {
  add(place("huge"), steps(1, 60000));
  add(place("short"), steps(1, 3));
  RunWatcher watcher;
  QStringList from;
  connect(&watcher, &RunWatcher::arrived, this, [&](const QString& run, const std::vector<RunEvent>&) { from << run; });
  watcher.watch(place("huge"), false);
  QVERIFY(wait_for([&] { return !from.isEmpty(); }, 10000));
  QElapsedTimer clock;
  clock.start();
  watcher.watch(place("short"), false);
  QVERIFY2(clock.elapsed() < 50, qPrintable(QString::number(clock.elapsed())));  // nobody waits for what is being read
  from.clear();
  QVERIFY(wait_for([&] { return !from.isEmpty(); }, 5000));
  QTest::qWait(100);
  QCOMPARE(from, QStringList{"short"});
  watcher.watch(place("huge"), false);  // and its end does not wait for the file either
}

void TestRunReading::previewsStayInOrder() {
  Record record;
  for (const RunEvent& event : {previewed(20, "b"), previewed(10, "a"), previewed(20, "a"), previewed(10, "b"), previewed(20, "b", " new")}) record.apply(event);
  QCOMPARE(preview_names(record), (QStringList{"10 a", "10 b", "20 a", "20 b new"}));
}

void TestRunReading::aSittingIsTakenOverAsIfItsEventsWere() {
  std::vector<RunEvent> first{begun(0)}, second{begun(40)};
  for (const RunEvent& event : steps(1, 50)) first.push_back(event);
  first.push_back(validated(20, 0.5, true)), first.push_back(previewed(20, "a")), first.push_back(validated(40, 0.4, true)), first.push_back(RunEvent{"run", RunWarning{"early"}});
  second.push_back(validated(40, 0.4, true));
  for (const RunEvent& event : steps(41, 90)) second.push_back(event);
  second.push_back(validated(60, 0.6, false)), second.push_back(previewed(60, "a")), second.push_back(RunEvent{"run", RunWarning{"late"}});
  Record applied, older, sitting;
  for (const auto* events : {&first, &second})
    for (const RunEvent& event : *events) applied.apply(event);
  for (const RunEvent& event : first) older.apply(event);
  for (std::size_t i = 0; i < 20; ++i) older.apply(second[i]);  // the file has some of it, too
  for (const RunEvent& event : second) sitting.apply(event);
  Record alone = older;
  alone.go_on_with(Record());  // has not begun yet
  QCOMPARE(alone.step, older.step);
  older.go_on_with(sitting);
  QCOMPARE(older.losses.at("loss").steps, applied.losses.at("loss").steps);
  QCOMPARE(older.losses.at("loss").values, applied.losses.at("loss").values);
  QCOMPARE(older.metrics.at("error").steps, (std::vector<double>{20, 40, 60}));
  QCOMPARE(older.loss_names, applied.loss_names);
  QCOMPARE(preview_names(older), preview_names(applied));
  QCOMPARE(older.best_step, applied.best_step);
  QCOMPARE(older.warnings, applied.warnings);
  QVERIFY(older.step == 90 && older.first_step == 40);
  older.apply(validated(60, 0.6, false));  // known
  QCOMPARE(older.metrics.at("error").steps.size(), std::size_t{3});
}

void TestRunReading::pinsGrowAndAreLetGo() {
  const fs::path runs = place("runs");
  add(runs / "a", {begun(0), stepped(1)});
  add(runs / "b", {begun(0), stepped(1)});
  PinnedRuns pins;
  std::vector<std::shared_ptr<const Record>> told;
  int times = 0;
  connect(&pins, &PinnedRuns::changed, this, [&](const std::vector<std::shared_ptr<const Record>>& all) { told = all, ++times; });
  pins.set(runs, {"a", "b", "gone"}, {});
  QVERIFY(wait_for([&] { return told.size() == 2; }, 5000));
  const int before = times;
  pins.set(runs, {"a", "b", "gone"}, {});
  add(runs / "a", {stepped(2)});
  QTest::qWait(200);
  QCOMPARE(times, before);  // nothing is read again for nothing
  pins.set(runs, {"a", "b", "gone"}, {"a", "gone"});  // it has been gone on with
  QVERIFY(wait_for([&] { return told.front()->step == 2; }, 5000));
  add(runs / "a", {stepped(3)});
  add(runs / "gone", {begun(0), stepped(7)});
  QVERIFY(wait_for([&] { return told.size() == 3 && told.front()->step == 3; }, 5000));
  add(runs / "a", {stepped(4)});
  pins.set(runs, {"a", "b"}, {});  // its end is not missed
  QVERIFY(wait_for([&] { return told.size() == 2 && told.front()->step == 4; }, 1500));
  pins.set(place("elsewhere"), {}, {});
  QVERIFY(told.empty());
  // The list of another workspace has nothing pinned.
  RunTableModel table;
  table.set_pinned({"a"});
  QSignalSpy unpinned(&table, &RunTableModel::pins_changed);
  table.set_workspace({});
  QVERIFY(table.pinned().isEmpty());
  QCOMPARE(unpinned.count(), 1);
}

void TestRunReading::anEndedRunWithoutEventsSaysSo() {
  RunHead head;
  RunController controller;
  RunSummary summary;
  summary.id = "run", summary.family = "simplegan", summary.status = "failed";
  auto* bar = head.findChild<QProgressBar*>();
  const auto said = [&] {
    head.show_run("run", "run", Record(), &summary, controller);
    return bar->format();
  };
  QCOMPARE(said(), QStringLiteral("ended before its first step"));
  summary.status = "running";
  QCOMPARE(said(), QStringLiteral("preparing"));
  summary.status = "interrupted", summary.step = 30, summary.total_steps = 40;
  QVERIFY2(said().contains("30 of 40"), qPrintable(said()));  // its record knows more than its events
}

void TestRunReading::exactnessIsSaidOnlyWhereItWasChecked() {
  luthier::RunRecord record;
  record.status.id = "exact";
  fs::create_directories(place("exact"));
  const auto read = [&] {
    save_run_record(place("exact"), record);
    return read_exactness(place("exact"));
  };
  RunHead head;
  QLabel* badge = nullptr;
  const auto shown = [&] {
    head.show_exactness(read());
    for (QLabel* label : head.findChildren<QLabel*>())
      if (label->text().contains("bit-exact")) badge = label;
    return badge && !badge->isHidden() ? badge->text() : QString();
  };
  RecordedSitting sitting;
  record.sittings = {sitting};
  QCOMPARE(shown(), QString());  // never gone on with
  record.sittings.push_back(sitting);
  QCOMPARE(shown(), QString());  // an older version compared nothing
  record.sittings[1].compared = true;
  QCOMPARE(shown(), QString());  // nobody knows what was saved
  record.sittings[1].same_state = true;
  QCOMPARE(shown(), QStringLiteral("✓ bit-exact"));
  QVERIFY2(badge->toolTip().contains("1 time") && badge->toolTip().contains("hash"), qPrintable(badge->toolTip()));
  record.sittings.push_back(record.sittings[1]);
  record.sittings[2].inexact = {"another processor"};
  QCOMPARE(shown(), QStringLiteral("not bit-exact"));
  QVERIFY(badge->toolTip().contains("another processor"));
}

int main(int argc, char** argv) { return testing::run<TestRunReading>(argc, argv); }
#include "tst_run_reading.moc"
